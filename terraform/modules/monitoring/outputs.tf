output "alerts" {
  description = "The titles of the alert policies, by the section of the runbook that belongs to each."
  value = merge(
    { for key, policy in google_monitoring_alert_policy.thresholds : key => policy.display_name },
    { failed-deliveries = google_monitoring_alert_policy.failed_deliveries.display_name },
    { for key, policy in google_monitoring_alert_policy.tick_missing : "tick-missing" => policy.display_name },
  )
}

output "metrics" {
  description = "The log-based metrics, by what they count or measure."
  value       = { for key, metric in merge(google_logging_metric.counters, google_logging_metric.distributions) : key => metric.name }
}

output "watched_dead_letter_subscriptions" {
  description = "The dead-letter subscriptions that an alert looks at."
  value       = local.dead_letter_subscriptions
}
