resource "google_pubsub_topic" "dead_letter" {
  project      = var.project.id
  name         = "${var.name}-dead-letter"
  labels       = var.labels
  kms_key_name = var.kms_key

  dynamic "message_storage_policy" {
    for_each = length(var.message_regions) == 0 ? [] : [var.message_regions]
    content {
      allowed_persistence_regions = message_storage_policy.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# A topic without a subscription forgets what it is sent. This one keeps it as long as Pub/Sub can, for a person to look
# at and to publish again.
resource "google_pubsub_subscription" "dead_letter" {
  project                    = var.project.id
  name                       = google_pubsub_topic.dead_letter.name
  topic                      = "projects/${var.project.id}/topics/${google_pubsub_topic.dead_letter.name}"
  labels                     = var.labels
  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Pub/Sub itself forwards the message: it publishes to the dead-letter topic …
resource "google_pubsub_topic_iam_member" "dead_letter_publisher" {
  project = var.project.id
  topic   = google_pubsub_topic.dead_letter.name
  role    = "roles/pubsub.publisher"
  member  = var.pubsub_agent
}

# … and acknowledges it on the subscription it came from. Without this right messages are never dead-lettered.
resource "google_pubsub_subscription_iam_member" "dead_letter_source" {
  project      = var.project.id
  subscription = google_pubsub_subscription.push.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
