# Who is told, and who deploys.

variable "watching" {
  description = "Metrics from the worker's log lines, alerts and a dashboard. `channels` are names of notification channels; `runbook` is where docs/operations.md can be read."
  type = object({
    enabled                  = optional(bool, true)
    channels                 = optional(list(string), [])
    runbook                  = optional(string)
    oldest_message_seconds   = optional(number, 3600)
    stuck_operation_hours    = optional(number, 24)
    set_aside_per_hour       = optional(number, 20)
    failed_deliveries_ratio  = optional(number, 0.2)
    failed_deliveries_window = optional(string, "900s")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for channel in var.watching.channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", channel))])
    error_message = "A channel is named projects/…/notificationChannels/…"
  }

  validation {
    condition     = var.watching.failed_deliveries_ratio > 0 && var.watching.failed_deliveries_ratio < 1
    error_message = "failed_deliveries_ratio is a share between 0 and 1."
  }

  validation {
    condition     = alltrue([for least in [var.watching.oldest_message_seconds, var.watching.stuck_operation_hours] : least > 0]) && var.watching.set_aside_per_hour >= 0
    error_message = "An alert is raised above an age, or a number of objects."
  }

  validation {
    condition = can(regex("^[0-9]+s$", var.watching.failed_deliveries_window)) && try(
      tonumber(trimsuffix(var.watching.failed_deliveries_window, "s")) % 60 == 0 && tonumber(trimsuffix(var.watching.failed_deliveries_window, "s")) >= 60, false
    )
    error_message = "failed_deliveries_window is written in seconds, whole minutes of them: 900s."
  }
}

variable "builds" {
  description = "Continuous deployment by Cloud Build; null for none. `state_bucket` holds Terraform's state and the plans that wait for approval; `repository` is a repository connected to Cloud Build; `smoke` tries the deployed system after each apply, with rights that people give."
  type = object({
    state_bucket = string
    state_prefix = optional(string, "dicom-courier")
    repository   = optional(string)
    branch       = optional(string, "^main$")
    smoke        = optional(bool, false)
  })
  default = null

  validation {
    condition = var.builds == null || try(var.builds.repository, null) == null || can(regex(
      "^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$", var.builds.repository
    ))
    error_message = "repository has to be projects/…/locations/…/connections/…/repositories/…"
  }
}
