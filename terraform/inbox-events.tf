# The inbox tells of new objects by publishing to the topic of ingest.

resource "google_pubsub_topic_iam_member" "inbox_events" {
  project = var.project_id
  topic   = module.ingest.topic
  role    = "roles/pubsub.publisher"
  member  = local.agents.storage
}

resource "google_storage_notification" "inbox" {
  bucket             = local.bucket_names.inbox
  topic              = "//pubsub.googleapis.com/projects/${var.project_id}/topics/${module.ingest.topic}"
  payload_format     = "JSON_API_V1"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = var.ingest.inbox_prefix

  # Another prefix is another notification. The new one is made before the old one goes: between the two, nothing that
  # arrives may go unnoticed, and being told twice does no harm.
  lifecycle {
    create_before_destroy = true
  }

  # Cloud Storage tries the topic when the notification is made.
  depends_on = [google_pubsub_topic_iam_member.inbox_events]
}
