# Metrics from the worker's JSON log lines: nothing has to be exported by the functions, and nothing holds up a response.

locals {
  services = sort([for function in values(var.functions) : function.service])

  # The lines of these functions, and of nothing else in the project.
  worker_lines = join(" AND ", [
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${join(" OR ", [for service in local.services : "\"${service}\""])})",
  ])
  # Only the line that ends an object or a command names a report.
  final_lines = "${local.worker_lines} AND jsonPayload.reportId:*"

  counters = {
    outcomes = {
      description = "What became of objects and commands."
      filter      = local.final_lines
      labels      = { function = "function", outcome = "outcome", status = "status", reason = "reason" }
    }
    given_back = {
      description = "Deliveries that were given back to be tried again, by the kind of failure."
      filter      = "${local.worker_lines} AND jsonPayload.message=\"delivery given back\""
      labels      = { function = "function", error = "error" }
    }
    configuration_faults = {
      description = "Deliveries that fail until somebody mends rights, names or settings."
      filter      = "${local.worker_lines} AND jsonPayload.isConfigurationFault=true"
      labels      = { function = "function", error = "error", call = "call" }
    }
    throttled = {
      description = "Answers that asked for fewer requests."
      filter      = "${local.worker_lines} AND jsonPayload.error=\"throttled\""
      labels      = { function = "function", call = "call" }
    }
  }

  distributions = {
    attempts = {
      description = "How many deliveries an object or command took."
      filter      = "${local.final_lines} AND jsonPayload.attempts:*"
      field       = "attempts"
      unit        = "1"
      # 1 to 128: the attempts end at 100.
      buckets = { scale = 1, growth_factor = 2, count = 8 }
    }
    duration = {
      description = "How long the delivery took that ended an object; of a command, how long ago it was accepted."
      filter      = "${local.final_lines} AND jsonPayload.durationMs:*"
      field       = "durationMs"
      unit        = "ms"
      # 10 ms to 7 days: an object takes minutes at most, a large deletion may take days.
      buckets = { scale = 10, growth_factor = 2, count = 26 }
    }
    operation_age = {
      description = "How old an operation was when it was last looked at."
      filter      = "${local.worker_lines} AND jsonPayload.operationAgeMs:*"
      field       = "operationAgeMs"
      unit        = "ms"
      # 1 s to 12 days.
      buckets = { scale = 1000, growth_factor = 2, count = 20 }
    }
  }
}

resource "google_logging_metric" "counters" {
  for_each = local.counters

  project     = var.project_id
  name        = "${var.name}/${each.key}"
  description = each.value.description
  filter      = each.value.filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }

  label_extractors = { for label, field in each.value.labels : label => "EXTRACT(jsonPayload.${field})" }
}

resource "google_logging_metric" "distributions" {
  for_each = local.distributions

  project         = var.project_id
  name            = "${var.name}/${each.key}"
  description     = each.value.description
  filter          = each.value.filter
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = each.value.unit

    labels {
      key        = "function"
      value_type = "STRING"
    }
  }

  label_extractors = { function = "EXTRACT(jsonPayload.function)" }

  bucket_options {
    exponential_buckets {
      scale              = each.value.buckets.scale
      growth_factor      = each.value.buckets.growth_factor
      num_finite_buckets = each.value.buckets.count
    }
  }
}
