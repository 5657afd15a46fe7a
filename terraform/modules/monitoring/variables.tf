variable "project_id" {
  description = "The project that is watched."
  type        = string
  nullable    = false
}

variable "name" {
  description = "The deployment's name, at the beginning of metrics and titles."
  type        = string
  nullable    = false
}

variable "labels" {
  description = "Labels of the alert policies."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "functions" {
  description = "The functions that run, by their name in the code: Cloud Run service, push subscription, dead-letter subscription."
  type = map(object({
    service                  = string
    subscription             = string
    dead_letter_subscription = string
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "There is nothing to watch."
  }
}

variable "further_dead_letter_subscriptions" {
  description = "Dead-letter subscriptions that belong to no function."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "channels" {
  description = "The notification channels that alerts go to."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "runbook" {
  description = "Where docs/operations.md can be read; alerts link to its sections. Null for no links."
  type        = string
  default     = null
}

variable "thresholds" {
  description = "When an alert is raised."
  type = object({
    oldest_message_seconds   = number
    stuck_operation_hours    = number
    set_aside_per_hour       = number
    failed_deliveries_ratio  = number
    failed_deliveries_window = string
  })
  nullable = false
}
