locals {
  # Every function finds these in its environment.
  common_environment = {
    PROJECT_ID    = var.project_id
    DICOM_STORE   = local.dicom_store_name
    STATE_BUCKET  = local.bucket_names.state
    RESULTS_TOPIC = google_pubsub_topic.results.name
    ACK_DEADLINE  = "${var.delivery.ack_deadline_seconds}s"
    # Bounds the dead network buffers that V8 lets pile up: a 1 GiB instance then peaks at about 145 MiB instead of 200.
    NODE_OPTIONS = "--max-semi-space-size=4"
    # Keeps up to 64 MiB of freed memory instead of giving its pages back and faulting them in again for every few blocks.
    MALLOC_TRIM_THRESHOLD_ = "67108864"
  }

  # Variables that are derived from other inputs. `environment` of a function may not name them.
  derived_variables = [
    "PROJECT_ID", "DICOM_STORE", "STATE_BUCKET", "RECORDS_BUCKET", "INBOX_BUCKET", "QUARANTINE_BUCKET", "RESULTS_TOPIC",
    "EXPORT_TOPIC", "EXPORT_DESTINATIONS", "ACK_DEADLINE", "FUNCTION_TIMEOUT", "FUNCTION_TARGET", "INBOX_PREFIX",
    "AFTER_STORE", "ARCHIVE_BUCKET", "ALLOW_OVERWRITE", "NODE_OPTIONS",
    "MALLOC_TRIM_THRESHOLD_",
  ]

  ingest_environment = {
    INBOX_BUCKET      = local.bucket_names.inbox
    QUARANTINE_BUCKET = local.bucket_names.quarantine
    FUNCTION_TIMEOUT  = "${var.ingest.timeout_seconds}s"
    INBOX_PREFIX      = var.ingest.inbox_prefix
    AFTER_STORE       = var.ingest.after_store
    ARCHIVE_BUCKET    = var.ingest.archive_bucket
    STORE_ENCODING    = var.ingest.store_encoding
    MAX_HEADER_BYTES  = var.ingest.max_header_bytes == null ? null : tostring(var.ingest.max_header_bytes)
    RETRY_BUDGET      = var.ingest.retry_budget
    IDLE_TIMEOUT      = var.ingest.idle_timeout
    ANSWER_TIMEOUT    = var.ingest.answer_timeout
  }

  export_environment = {
    EXPORT_TOPIC        = var.topics.export
    EXPORT_DESTINATIONS = join(",", local.export_destinations)
    RECORDS_BUCKET      = local.bucket_names.records
    FUNCTION_TIMEOUT    = "${var.export.timeout_seconds}s"
    ALLOW_OVERWRITE     = tostring(var.export.allow_overwrite)
  }

  delete_environment = {
    RECORDS_BUCKET   = local.bucket_names.records
    FUNCTION_TIMEOUT = "${var.delete.timeout_seconds}s"
  }

  # What all three modules are given alike.
  build = {
    service_account = local.builder
    repository      = "projects/${var.project_id}/locations/${var.region}/repositories/${google_artifact_registry_repository.images.repository_id}"
  }
  package = {
    bucket = local.bucket_names.packages
    object = google_storage_bucket_object.package.name
  }
}

# Named by its content: what has not changed is not deployed again, and an earlier one can be deployed again.
resource "google_storage_bucket_object" "package" {
  bucket       = local.bucket_names.packages
  name         = "${var.name}/${filesha256(var.package_path)}.zip"
  source       = var.package_path
  content_type = "application/zip"

  lifecycle {
    create_before_destroy = true
  }
}

module "ingest" {
  source = "./modules/function"

  project         = { id = var.project_id, number = local.number }
  region          = var.region
  name            = "${var.name}-ingest"
  entry_point     = "ingest"
  description     = "Stores the DICOM instances that land in the inbox."
  labels          = var.labels
  package         = local.package
  build           = local.build
  network         = var.network
  kms_key         = local.kms_key
  message_regions = var.message_regions
  pubsub_agent    = local.agents.pubsub
  delivery        = var.delivery
  topic           = { name = "${var.name}-inbox-objects" }
  rights          = local.rights.ingest

  environment = merge(
    var.ingest.environment,
    local.common_environment,
    { for name, value in local.ingest_environment : name => value if value != null },
  )

  sizing = {
    memory          = var.ingest.memory
    cpu             = var.ingest.cpu
    concurrency     = var.ingest.concurrency
    min_instances   = var.ingest.min_instances
    max_instances   = var.ingest.max_instances
    timeout_seconds = var.ingest.timeout_seconds
  }

  depends_on = [
    google_project_service.this,
    google_kms_crypto_key_iam_member.agents,
    google_artifact_registry_repository_iam_member.builder,
    google_storage_bucket_iam_member.builder_packages,
    google_project_iam_member.builder_source,
    google_project_iam_member.builder_log,
  ]
}

module "export" {
  source = "./modules/function"
  count  = var.export.enabled ? 1 : 0

  project         = { id = var.project_id, number = local.number }
  region          = var.region
  name            = "${var.name}-export"
  entry_point     = "export"
  description     = "Brings instances from the DICOM store back into a bucket, on command."
  labels          = var.labels
  package         = local.package
  build           = local.build
  network         = var.network
  kms_key         = local.kms_key
  message_regions = var.message_regions
  pubsub_agent    = local.agents.pubsub
  delivery        = var.delivery
  topic           = { name = var.topics.export }
  rights          = local.rights.export
  environment     = merge(var.export.environment, local.common_environment, local.export_environment)

  sizing = {
    memory          = var.export.memory
    cpu             = var.export.cpu
    concurrency     = var.export.concurrency
    min_instances   = var.export.min_instances
    max_instances   = var.export.max_instances
    timeout_seconds = var.export.timeout_seconds
  }

  depends_on = [
    google_project_service.this,
    google_kms_crypto_key_iam_member.agents,
    google_artifact_registry_repository_iam_member.builder,
    google_storage_bucket_iam_member.builder_packages,
    google_project_iam_member.builder_source,
    google_project_iam_member.builder_log,
  ]
}

module "delete" {
  source = "./modules/function"
  count  = var.delete.enabled ? 1 : 0

  project         = { id = var.project_id, number = local.number }
  region          = var.region
  name            = "${var.name}-delete"
  entry_point     = "delete"
  description     = "Deletes studies, series and instances, on command and by retention."
  labels          = var.labels
  package         = local.package
  build           = local.build
  network         = var.network
  kms_key         = local.kms_key
  message_regions = var.message_regions
  pubsub_agent    = local.agents.pubsub
  delivery        = var.delivery
  topic           = { name = var.topics.delete }
  rights          = local.rights.delete
  environment     = merge(var.delete.environment, local.common_environment, local.delete_environment)

  sizing = {
    memory        = var.delete.memory
    cpu           = var.delete.cpu
    concurrency   = var.delete.concurrency
    min_instances = var.delete.min_instances
    # One at most: five operations at once is a limit of the whole, and ledgers are moved on under one lease.
    max_instances   = 1
    timeout_seconds = var.delete.timeout_seconds
  }

  depends_on = [
    google_project_service.this,
    google_kms_crypto_key_iam_member.agents,
    google_artifact_registry_repository_iam_member.builder,
    google_storage_bucket_iam_member.builder_packages,
    google_project_iam_member.builder_source,
    google_project_iam_member.builder_log,
  ]
}
