# Deletions are followed, and cleanup is begun, by messages on the topic of the delete function.

locals {
  cleanup_commands = {
    for name, job in var.cleanup : name => merge(
      { action = "cleanup", olderThan = job.older_than, age = job.age, dryRun = job.dry_run },
      { for field, value in { minInStore = job.min_in_store } : field => value if value != null },
      { for field, value in { maxSeries = job.max_series } : field => value if value != null },
      { for field, value in { filter = { modality = job.modalities } } : field => value if length(job.modalities) > 0 },
    )
  }
}

# Cloud Scheduler publishes as its own agent. On this one topic.
resource "google_pubsub_topic_iam_member" "scheduler" {
  count = var.delete.enabled ? 1 : 0

  project = var.project_id
  topic   = module.delete[0].topic
  role    = "roles/pubsub.publisher"
  member  = local.agents.scheduler
}

resource "google_cloud_scheduler_job" "tick" {
  count = var.delete.enabled ? 1 : 0

  project     = var.project_id
  region      = var.region
  name        = "${var.name}-tick"
  description = "Lets the delete function look after the operations it has started."
  schedule    = var.delete.tick_schedule
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = "projects/${var.project_id}/topics/${module.delete[0].topic}"
    data       = base64encode(jsonencode({ action = "tick" }))
  }

  depends_on = [google_pubsub_topic_iam_member.scheduler]
}

resource "google_cloud_scheduler_job" "cleanup" {
  for_each = var.cleanup

  project     = var.project_id
  region      = var.region
  name        = "${var.name}-cleanup-${each.key}"
  description = each.value.dry_run ? "Plans a deletion by retention, and deletes nothing." : "Deletes what is past its retention."
  schedule    = each.value.schedule
  time_zone   = each.value.time_zone
  paused      = each.value.paused

  pubsub_target {
    topic_name = "projects/${var.project_id}/topics/${module.delete[0].topic}"
    data       = base64encode(jsonencode(local.cleanup_commands[each.key]))
  }

  # A night without cleanup is better than two at once.
  retry_config {
    retry_count = 3
  }

  depends_on = [google_pubsub_topic_iam_member.scheduler]
}
