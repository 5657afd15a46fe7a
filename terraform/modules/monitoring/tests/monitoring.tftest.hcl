mock_provider "google" {
  override_during = plan
}

variables {
  project_id = "acme-imaging"
  name       = "courier"
  channels   = ["projects/acme-imaging/notificationChannels/1"]
  runbook    = "https://example.org/operations.md"

  functions = {
    ingest = { service = "courier-ingest", subscription = "courier-ingest", dead_letter_subscription = "courier-ingest-dead-letter" }
    delete = { service = "courier-delete", subscription = "courier-delete", dead_letter_subscription = "courier-delete-dead-letter" }
  }

  thresholds = {
    oldest_message_seconds   = 3600
    stuck_operation_hours    = 24
    set_aside_per_hour       = 20
    failed_deliveries_ratio  = 0.2
    failed_deliveries_window = "900s"
  }
}

run "every_alert_reaches_somebody_and_says_what_to_do" {
  command = plan

  assert {
    condition     = toset(keys(output.alerts)) == toset(["configuration-fault", "dead-letters", "failed-deliveries", "oldest-message", "set-aside", "stuck-operation", "tick-missing"])
    error_message = "An alert is missing."
  }

  assert {
    condition = alltrue([
      for policy in concat(values(google_monitoring_alert_policy.thresholds), [google_monitoring_alert_policy.failed_deliveries], values(google_monitoring_alert_policy.tick_missing)) :
      policy.notification_channels == tolist(var.channels) && length(policy.documentation[0].content) > 40 && startswith(policy.documentation[0].links[0].url, "https://example.org/operations.md#")
    ])
    error_message = "Each alert goes to the channels, explains itself and links to its section."
  }
}

run "one_dead_letter_is_enough" {
  command = plan

  variables {
    further_dead_letter_subscriptions = ["results-dead-letter"]
  }

  assert {
    condition     = google_monitoring_alert_policy.thresholds["dead-letters"].conditions[0].condition_threshold[0].threshold_value == 0
    error_message = "The first dead letter raises the alert."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.thresholds["dead-letters"].conditions[0].condition_threshold[0].filter, "one_of(\"courier-delete-dead-letter\",\"courier-ingest-dead-letter\",\"results-dead-letter\")")
    error_message = "All subscriptions of dead letters are looked at."
  }
}

run "what_is_set_aside_and_what_fails_is_counted" {
  command = plan

  assert {
    condition = alltrue([
      endswith(google_monitoring_alert_policy.thresholds["set-aside"].conditions[0].condition_threshold[0].filter, "metric.labels.outcome=one_of(\"rejected\",\"conflict\")"),
      google_monitoring_alert_policy.thresholds["set-aside"].conditions[0].condition_threshold[0].threshold_value == 20,
      google_monitoring_alert_policy.thresholds["configuration-fault"].conditions[0].condition_threshold[0].threshold_value == 0,
    ])
    error_message = "Rejected and conflicting objects are counted by the hour, and the first fault of the configuration raises the alert."
  }

  assert {
    condition = alltrue([
      strcontains(google_monitoring_alert_policy.failed_deliveries.conditions[0].condition_threshold[0].filter, "metric.labels.response_code_class=\"5xx\""),
      !strcontains(google_monitoring_alert_policy.failed_deliveries.conditions[0].condition_threshold[0].denominator_filter, "response_code_class"),
      google_monitoring_alert_policy.failed_deliveries.conditions[0].condition_threshold[0].threshold_value == 0.2,
    ])
    error_message = "The error rate is the share of 5xx among all answers."
  }

  assert {
    condition     = google_monitoring_alert_policy.tick_missing["delete"].conditions[0].condition_absent[0].duration == "900s"
    error_message = "A quarter of an hour without a tick raises the alert."
  }
}

run "thresholds_are_in_the_unit_of_their_metric" {
  command = plan

  assert {
    condition     = google_monitoring_alert_policy.thresholds["stuck-operation"].conditions[0].condition_threshold[0].threshold_value == 86400000
    error_message = "The age of an operation is logged in milliseconds."
  }

  assert {
    condition     = google_monitoring_alert_policy.thresholds["oldest-message"].conditions[0].condition_threshold[0].threshold_value == 3600
    error_message = "Pub/Sub tells the age of a message in seconds."
  }
}

run "metrics_count_these_functions_only" {
  command = plan

  assert {
    condition = alltrue([
      for metric in concat(values(google_logging_metric.counters), values(google_logging_metric.distributions)) :
      startswith(metric.filter, "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(\"courier-delete\" OR \"courier-ingest\") AND jsonPayload.")
    ])
    error_message = "Another service's lines are not counted."
  }

  assert {
    condition     = toset(keys(output.metrics)) == toset(["attempts", "configuration_faults", "duration", "given_back", "operation_age", "outcomes", "throttled"])
    error_message = "A metric is missing."
  }
}

run "what_takes_long_is_still_measured" {
  command = plan

  assert {
    condition = alltrue([
      for key, least_ms in { duration = 7 * 86400000, operation_age = 2 * 86400000 } :
      google_logging_metric.distributions[key].bucket_options[0].exponential_buckets[0].scale * pow(2, google_logging_metric.distributions[key].bucket_options[0].exponential_buckets[0].num_finite_buckets) >= least_ms
    ])
    error_message = "Commands and operations that take days are beyond the last bucket."
  }
}

run "every_label_is_extracted" {
  command = plan

  assert {
    condition = alltrue([
      for metric in concat(values(google_logging_metric.counters), values(google_logging_metric.distributions)) :
      toset([for label in metric.metric_descriptor[0].labels : label.key]) == toset(keys(metric.label_extractors))
    ])
    error_message = "The logging service refuses a label without an extractor, and an extractor without a label."
  }
}

run "without_delete_nobody_waits_for_a_tick" {
  command = plan

  variables {
    functions = {
      ingest = { service = "courier-ingest", subscription = "courier-ingest", dead_letter_subscription = "courier-ingest-dead-letter" }
    }
  }

  assert {
    condition     = length(google_monitoring_alert_policy.tick_missing) == 0
    error_message = "There is no tick to miss."
  }
}

run "tiles_fill_the_dashboard_without_overlap" {
  command = plan

  assert {
    condition = alltrue([
      for tile in jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles : tile.xPos + tile.width <= 48
    ])
    error_message = "A tile reaches beyond the dashboard's 48 columns."
  }

  assert {
    condition = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles) == length(distinct([
      for tile in jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles : "${tile.xPos},${tile.yPos}"
    ]))
    error_message = "Two tiles lie in one place."
  }
}
