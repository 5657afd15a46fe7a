resource "google_pubsub_topic" "results" {
  project      = var.project_id
  name         = var.topics.results
  labels       = var.labels
  kms_key_name = local.kms_key
  # A reader that comes late, or has lost something, can go back by a week.
  message_retention_duration = "604800s"

  dynamic "message_storage_policy" {
    for_each = length(var.message_regions) == 0 ? [] : [var.message_regions]
    content {
      allowed_persistence_regions = message_storage_policy.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}
