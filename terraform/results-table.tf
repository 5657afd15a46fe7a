# Optional: every report as a row, written by Pub/Sub itself.

locals {
  table_count          = var.results_table == null ? 0 : 1
  results_dead_letters = "${var.topics.results}-table-dead-letter"
}

resource "google_bigquery_dataset" "results" {
  count = try(var.results_table.existing_dataset, true) ? 0 : 1

  project                    = var.project_id
  dataset_id                 = var.results_table.dataset
  location                   = coalesce(var.results_table.location, var.region)
  description                = "Reports of ${var.name}."
  labels                     = var.labels
  delete_contents_on_destroy = false

  dynamic "default_encryption_configuration" {
    for_each = local.kms_key == null ? [] : [local.kms_key]
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}

resource "google_bigquery_table" "results" {
  count = local.table_count

  project             = var.project_id
  dataset_id          = var.results_table.existing_dataset ? var.results_table.dataset : google_bigquery_dataset.results[0].dataset_id
  table_id            = var.results_table.table
  description         = "One row for each published report; repeats carry the same reportId."
  labels              = var.labels
  deletion_protection = true

  time_partitioning {
    type  = "DAY"
    field = "publish_time"
  }

  dynamic "encryption_configuration" {
    for_each = local.kms_key == null ? [] : [local.kms_key]
    content {
      kms_key_name = encryption_configuration.value
    }
  }

  # The columns that a BigQuery subscription with write_metadata fills; the report itself is `data`.
  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
  ])

  lifecycle {
    prevent_destroy = true
  }
}

# Pub/Sub's agent writes the rows. On the one table; the editor is the narrowest predefined role that may insert.
resource "google_bigquery_table_iam_member" "pubsub" {
  count = local.table_count

  project    = var.project_id
  dataset_id = google_bigquery_table.results[0].dataset_id
  table_id   = google_bigquery_table.results[0].table_id
  role       = "roles/bigquery.dataEditor"
  member     = local.agents.pubsub
}

resource "google_pubsub_subscription" "results_table" {
  count = local.table_count

  project                    = var.project_id
  name                       = "${google_pubsub_topic.results.name}-table"
  topic                      = "projects/${var.project_id}/topics/${google_pubsub_topic.results.name}"
  labels                     = var.labels
  message_retention_duration = "2678400s"

  bigquery_config {
    table          = "${var.project_id}.${google_bigquery_table.results[0].dataset_id}.${google_bigquery_table.results[0].table_id}"
    write_metadata = true
  }

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = var.delivery.minimum_backoff
    maximum_backoff = var.delivery.maximum_backoff
  }

  dead_letter_policy {
    dead_letter_topic     = "projects/${var.project_id}/topics/${google_pubsub_topic.results_dead_letter[0].name}"
    max_delivery_attempts = var.delivery.max_delivery_attempts
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_bigquery_table_iam_member.pubsub]
}

resource "google_pubsub_topic" "results_dead_letter" {
  count = local.table_count

  project      = var.project_id
  name         = local.results_dead_letters
  labels       = var.labels
  kms_key_name = local.kms_key

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

resource "google_pubsub_subscription" "results_dead_letter" {
  count = local.table_count

  project                    = var.project_id
  name                       = local.results_dead_letters
  topic                      = "projects/${var.project_id}/topics/${google_pubsub_topic.results_dead_letter[0].name}"
  labels                     = var.labels
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Both are what Pub/Sub needs to move a message to the dead letters: publish there, acknowledge here.
resource "google_pubsub_topic_iam_member" "results_dead_letter" {
  count = local.table_count

  project = var.project_id
  topic   = google_pubsub_topic.results_dead_letter[0].name
  role    = "roles/pubsub.publisher"
  member  = local.agents.pubsub
}

resource "google_pubsub_subscription_iam_member" "results_table" {
  count = local.table_count

  project      = var.project_id
  subscription = google_pubsub_subscription.results_table[0].name
  role         = "roles/pubsub.subscriber"
  member       = local.agents.pubsub
}
