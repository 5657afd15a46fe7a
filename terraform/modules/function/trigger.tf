locals {
  # The topic whose messages are pushed, known by name whether or not it is made here.
  topic_name = var.topic.create ? google_pubsub_topic.this[0].name : var.topic.name
}

resource "google_pubsub_topic" "this" {
  count = var.topic.create ? 1 : 0

  project      = var.project.id
  name         = var.topic.name
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

# The only account that may invoke the function. It has no other right.
resource "google_service_account" "push" {
  project      = var.project.id
  account_id   = "${var.name}-push"
  display_name = "${var.name}: Pub/Sub pushes under this account"
}

# A binding rather than a member: whoever else was given the role is removed by the next apply.
resource "google_cloud_run_service_iam_binding" "invoker" {
  project  = var.project.id
  location = var.region
  service  = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  members  = ["serviceAccount:${local.push_account}"]
}

# Pub/Sub signs its requests as the push account; on that account alone, and for identity tokens only.
resource "google_service_account_iam_member" "push_token" {
  service_account_id = "projects/${var.project.id}/serviceAccounts/${local.push_account}"
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = var.pubsub_agent
}

resource "google_pubsub_subscription" "push" {
  project                    = var.project.id
  name                       = var.name
  topic                      = "projects/${var.project.id}/topics/${local.topic_name}"
  labels                     = var.labels
  ack_deadline_seconds       = var.delivery.ack_deadline_seconds
  message_retention_duration = "${var.delivery.retention_days * 86400}s"

  # Without it, a subscription that is idle for a month is deleted.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = var.delivery.minimum_backoff
    maximum_backoff = var.delivery.maximum_backoff
  }

  dead_letter_policy {
    dead_letter_topic     = "projects/${var.project.id}/topics/${google_pubsub_topic.dead_letter.name}"
    max_delivery_attempts = var.delivery.max_delivery_attempts
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.this.service_config[0].uri

    oidc_token {
      service_account_email = local.push_account
      audience              = google_cloudfunctions2_function.this.service_config[0].uri
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  # Nothing is pushed before it may be, and nothing is dead-lettered into a topic that nobody keeps.
  depends_on = [
    google_cloud_run_service_iam_binding.invoker,
    google_service_account_iam_member.push_token,
    google_pubsub_subscription.dead_letter,
    google_pubsub_topic_iam_member.dead_letter_publisher,
  ]
}
