variable "project" {
  description = "The project, by id and by number."
  type = object({
    id     = string
    number = string
  })
  nullable = false
}

variable "region" {
  description = "Where the function runs."
  type        = string
  nullable    = false
}

variable "name" {
  description = "What function, account and subscription are called."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,23}[a-z0-9]$", var.name))
    error_message = "A name has 6 to 25 characters: with -push behind it, it names an account."
  }
}

variable "entry_point" {
  description = "The function's name in the code."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
  nullable    = false
}

variable "labels" {
  description = "Labels of what takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "package" {
  description = "The zip that is deployed, as an object."
  type = object({
    bucket = string
    object = string
  })
  nullable = false
}

variable "build" {
  description = "The account that makes the image, and the repository it is put in."
  type = object({
    service_account = string
    repository      = string
    runtime         = optional(string, "nodejs24")
  })
  nullable = false
}

variable "environment" {
  description = "The function's environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "sizing" {
  description = "What one instance has, and how many there may be."
  type = object({
    memory          = string
    cpu             = string
    concurrency     = number
    min_instances   = number
    max_instances   = number
    timeout_seconds = number
  })
  nullable = false

  validation {
    condition     = can(regex("^[0-9]+(Mi|Gi)$", var.sizing.memory))
    error_message = "memory is written 512Mi or 2Gi."
  }

  validation {
    condition     = var.sizing.concurrency >= 1 && var.sizing.concurrency <= 1000
    error_message = "concurrency is 1 to 1000 requests in one instance."
  }

  validation {
    condition     = var.sizing.concurrency == 1 || try(tonumber(var.sizing.cpu) >= 1, false)
    error_message = "More than one request at once needs at least one CPU."
  }

  validation {
    condition     = var.sizing.max_instances >= 1 && var.sizing.min_instances >= 0 && var.sizing.min_instances <= var.sizing.max_instances
    error_message = "There is at least one instance at most, and not more at least than at most."
  }

  validation {
    condition     = var.sizing.timeout_seconds >= 30 && var.sizing.timeout_seconds <= var.delivery.ack_deadline_seconds
    error_message = "timeout_seconds is at least 30, and at most the ack deadline: after that Pub/Sub has already delivered again."
  }
}

variable "network" {
  description = "A VPC connector for what the function sends; null for none."
  type = object({
    connector = string
    egress    = string
  })
  default = null
}

variable "kms_key" {
  description = "A key of Cloud KMS for topics and function; null for Google's own."
  type        = string
  default     = null
}

variable "message_regions" {
  description = "The regions in which Pub/Sub may keep messages; empty for any."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "topic" {
  description = "The topic whose messages are pushed to the function: made here, or one that exists."
  type = object({
    name   = string
    create = optional(bool, true)
  })
  nullable = false
}

variable "delivery" {
  description = "How long and how often a message is tried before it becomes a dead letter."
  type = object({
    ack_deadline_seconds  = number
    minimum_backoff       = string
    maximum_backoff       = string
    max_delivery_attempts = number
    retention_days        = number
  })
  nullable = false

  validation {
    condition     = var.delivery.ack_deadline_seconds >= 10 && var.delivery.ack_deadline_seconds <= 600
    error_message = "ack_deadline_seconds is 10 to 600."
  }

  validation {
    condition     = var.delivery.max_delivery_attempts >= 5 && var.delivery.max_delivery_attempts <= 100
    error_message = "max_delivery_attempts is 5 to 100."
  }

  validation {
    condition     = var.delivery.retention_days >= 7 && var.delivery.retention_days <= 31
    error_message = "retention_days is 7 to 31: less could end before the attempts do."
  }

  validation {
    condition = alltrue([
      for backoff in [var.delivery.minimum_backoff, var.delivery.maximum_backoff] :
      can(regex("^[0-9]{1,3}s$", backoff)) && try(tonumber(trimsuffix(backoff, "s")) <= 600, false)
    ])
    error_message = "A backoff is written in seconds, 0s to 600s."
  }
}

variable "pubsub_agent" {
  description = "Pub/Sub's own account in the project, as an IAM member."
  type        = string
  nullable    = false
}

variable "rights" {
  description = "What the function's account may do: single resources, one role each, and the reason. A prefix narrows a right to the objects under it."
  type = object({
    buckets = optional(map(object({
      bucket = string
      role   = string
      reason = string
      prefix = optional(string, "")
    })), {})
    dicom_stores = optional(map(object({
      id     = string
      role   = string
      reason = string
    })), {})
    datasets = optional(map(object({
      id     = string
      role   = string
      reason = string
    })), {})
    topics = optional(map(object({
      topic  = string
      role   = string
      reason = string
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for right in concat(values(var.rights.buckets), values(var.rights.topics)) : length(trimspace(right.reason)) > 0
      ]) && alltrue([
      for right in concat(values(var.rights.dicom_stores), values(var.rights.datasets)) : length(trimspace(right.reason)) > 0
    ])
    error_message = "Every right has a reason."
  }
}
