locals {
  kms_key = try(var.encryption.kms_key, null)

  # Who writes or reads with the key, and why each has to.
  encrypting_agents = merge(
    {
      storage   = local.agents.storage   # objects of every bucket
      pubsub    = local.agents.pubsub    # messages of every topic
      dicom     = local.agents.dicom     # instances in the dataset
      functions = local.agents.functions # the functions' source
      run       = local.agents.run       # their containers at start
      images    = local.agents.images    # their images
    },
    var.results_table == null ? {} : { bigquery = local.agents.bigquery }, # the table of results
  )
}

# On the one key, not on its ring or project. The functions themselves need no right to it: the services do the work.
resource "google_kms_crypto_key_iam_member" "agents" {
  for_each = try(var.encryption.grant_agents, false) ? local.encrypting_agents : {}

  crypto_key_id = local.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value

  depends_on = [google_project_service.this]
}
