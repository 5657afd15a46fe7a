module "monitoring" {
  source = "./modules/monitoring"
  count  = var.watching.enabled ? 1 : 0

  project_id = var.project_id
  name       = var.name
  labels     = var.labels
  channels   = var.watching.channels
  runbook    = var.watching.runbook

  functions = {
    for key, function in local.functions : key => {
      service                  = function.service
      subscription             = function.trigger.subscription
      dead_letter_subscription = function.trigger.dead_letter_subscription
    }
  }
  further_dead_letter_subscriptions = google_pubsub_subscription.results_dead_letter[*].name

  thresholds = {
    oldest_message_seconds   = var.watching.oldest_message_seconds
    stuck_operation_hours    = var.watching.stuck_operation_hours
    set_aside_per_hour       = var.watching.set_aside_per_hour
    failed_deliveries_ratio  = var.watching.failed_deliveries_ratio
    failed_deliveries_window = var.watching.failed_deliveries_window
  }

  depends_on = [google_project_service.this]
}
