locals {
  metric_types = {
    for key, metric in merge(google_logging_metric.counters, google_logging_metric.distributions) :
    key => "metric.type=\"logging.googleapis.com/user/${metric.name}\" AND resource.type=\"cloud_run_revision\""
  }

  subscriptions             = sort([for function in values(var.functions) : function.subscription])
  dead_letter_subscriptions = sort(concat([for function in values(var.functions) : function.dead_letter_subscription], var.further_dead_letter_subscriptions))

  on_subscriptions             = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=one_of(${join(",", [for id in local.subscriptions : "\"${id}\""])})"
  on_dead_letter_subscriptions = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=one_of(${join(",", [for id in local.dead_letter_subscriptions : "\"${id}\""])})"
  on_services                  = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for id in local.services : "\"${id}\""])})"

  # Each alert has a section of the same name in the runbook.
  alerts = {
    dead-letters = {
      title    = "messages lie among the dead letters"
      severity = "ERROR"
      filter   = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.on_dead_letter_subscriptions}"
      over     = 0
      window   = "60s"
      align    = "ALIGN_MAX"
      reduce   = "REDUCE_MAX"
      by       = ["resource.label.subscription_id"]
      meaning  = "A message was tried as often as it may be, and waits for a person for up to 31 days. Nothing of it is lost: find out why, then publish it again."
    }
    oldest-message = {
      title    = "messages have been waiting for too long"
      severity = "WARNING"
      filter   = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND ${local.on_subscriptions}"
      over     = var.thresholds.oldest_message_seconds
      window   = "300s"
      align    = "ALIGN_MAX"
      reduce   = "REDUCE_MAX"
      by       = ["resource.label.subscription_id"]
      meaning  = "The oldest message of a function is not done with. Either a quota is being used to the full, or every delivery fails: look whether deliveries are throttled or given back for another reason."
    }
    configuration-fault = {
      title    = "rights, names or settings are wrong"
      severity = "CRITICAL"
      filter   = local.metric_types["configuration_faults"]
      over     = 0
      window   = "300s"
      align    = "ALIGN_DELTA"
      reduce   = "REDUCE_SUM"
      by       = ["metric.label.function"]
      meaning  = "The worker was refused in a way that waiting does not mend. Its messages are kept and tried again, so nothing is lost if it is mended within hours."
    }
    stuck-operation = {
      title    = "a deletion does not come to its end"
      severity = "ERROR"
      filter   = local.metric_types["operation_age"]
      over     = var.thresholds.stuck_operation_hours * 3600000
      window   = "600s"
      align    = "ALIGN_DELTA"
      # The 99th percentile of a distribution is the oldest of a few.
      reduce  = "REDUCE_PERCENTILE_99"
      by      = []
      meaning = "An operation of the Healthcare API is older than expected. It is still followed. Instances of its series may be refused until it ends."
    }
    set-aside = {
      title    = "many objects are rejected or in conflict"
      severity = "WARNING"
      filter   = "${local.metric_types["outcomes"]} AND metric.labels.outcome=one_of(\"rejected\",\"conflict\")"
      over     = var.thresholds.set_aside_per_hour
      window   = "3600s"
      align    = "ALIGN_DELTA"
      reduce   = "REDUCE_SUM"
      by       = []
      meaning  = "More objects than usual were copied to quarantine instead of being stored. A sender may have been changed."
    }
  }
}

resource "google_monitoring_alert_policy" "thresholds" {
  for_each = local.alerts

  project               = var.project_id
  display_name          = "${var.name}: ${each.value.title}"
  severity              = each.value.severity
  combiner              = "OR"
  notification_channels = var.channels
  user_labels           = var.labels

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.over
      duration        = "0s"

      aggregations {
        alignment_period     = each.value.window
        per_series_aligner   = each.value.align
        cross_series_reducer = each.value.reduce
        group_by_fields      = each.value.by
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.meaning

    dynamic "links" {
      for_each = var.runbook == null ? [] : [var.runbook]
      content {
        display_name = "What to do"
        url          = "${links.value}#${each.key}"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "failed_deliveries" {
  project               = var.project_id
  display_name          = "${var.name}: many deliveries fail"
  severity              = "WARNING"
  combiner              = "OR"
  notification_channels = var.channels
  user_labels           = var.labels

  conditions {
    display_name = "share of deliveries answered 5xx"

    condition_threshold {
      filter             = "metric.type=\"run.googleapis.com/request_count\" AND ${local.on_services} AND metric.labels.response_code_class=\"5xx\""
      denominator_filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.on_services}"
      comparison         = "COMPARISON_GT"
      threshold_value    = var.thresholds.failed_deliveries_ratio
      duration           = "0s"

      aggregations {
        alignment_period     = var.thresholds.failed_deliveries_window
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
      denominator_aggregations {
        alignment_period     = var.thresholds.failed_deliveries_window
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "A function gives back a large share of what it is handed. Throttling (429) is not counted here. The log lines \"delivery given back\" say why."

    dynamic "links" {
      for_each = var.runbook == null ? [] : [var.runbook]
      content {
        display_name = "What to do"
        url          = "${links.value}#failed-deliveries"
      }
    }
  }
}

# The delete function lives by the scheduler's tick: without it, operations end and nobody notices.
resource "google_monitoring_alert_policy" "tick_missing" {
  for_each = { for key, function in var.functions : key => function if key == "delete" }

  project               = var.project_id
  display_name          = "${var.name}: the delete function is not called"
  severity              = "ERROR"
  combiner              = "OR"
  notification_channels = var.channels
  user_labels           = var.labels

  conditions {
    display_name = "no request for a quarter of an hour"

    condition_absent {
      filter   = "metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${each.value.service}\""
      duration = "900s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "The scheduler's tick has not reached the delete function for a quarter of an hour. Look whether the job is paused and whether its last run could publish."

    dynamic "links" {
      for_each = var.runbook == null ? [] : [var.runbook]
      content {
        display_name = "What to do"
        url          = "${links.value}#tick-missing"
      }
    }
  }
}
