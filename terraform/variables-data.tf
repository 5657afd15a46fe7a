# Where data lies: the DICOM store, the buckets, the topics, the table of results.

variable "dicom_store" {
  description = "The DICOM store and its dataset. What already exists is used by its name and never changed."
  type = object({
    dataset          = optional(string, "imaging")
    store            = optional(string, "main")
    location         = optional(string)
    existing_dataset = optional(bool, false)
    existing_store   = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for id in [var.dicom_store.dataset, var.dicom_store.store] : can(regex("^[A-Za-z0-9_-]{1,256}$", id))])
    error_message = "Dataset and store are named by their ids (letters, digits, hyphens, underscores), not by their full names."
  }

  validation {
    condition     = var.dicom_store.existing_dataset || !var.dicom_store.existing_store
    error_message = "A store that exists lies in a dataset that exists: set existing_dataset too."
  }
}

variable "buckets" {
  description = "The worker's buckets. `existing` names a bucket of this project to be used as it is; `name` one to be made."
  type = object({
    inbox = optional(object({
      name                   = optional(string)
      existing               = optional(string)
      soft_delete_days       = optional(number, 30)
      noncurrent_delete_days = optional(number, 30)
    }), {})
    exports = optional(object({
      name              = optional(string)
      existing          = optional(string)
      soft_delete_days  = optional(number, 7)
      delete_after_days = optional(number)
    }), {})
    quarantine = optional(object({
      name                   = optional(string)
      existing               = optional(string)
      soft_delete_days       = optional(number, 30)
      noncurrent_delete_days = optional(number, 30)
    }), {})
    state = optional(object({
      name                   = optional(string)
      existing               = optional(string)
      soft_delete_days       = optional(number, 30)
      noncurrent_delete_days = optional(number, 30)
    }), {})
    records = optional(object({
      name             = optional(string)
      existing         = optional(string)
      soft_delete_days = optional(number, 30)
      retention_days   = optional(number, 30)
      retention_locked = optional(bool, false)
    }), {})
    packages = optional(object({
      name     = optional(string)
      existing = optional(string)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for bucket in values(var.buckets) : bucket.name == null || bucket.existing == null])
    error_message = "A bucket is either made, under `name`, or used, by `existing`."
  }

  validation {
    condition = alltrue([
      for bucket in values(var.buckets) : alltrue([
        for name in compact([bucket.name, bucket.existing]) : can(regex("^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", name))
      ])
    ])
    error_message = "A bucket is named by its name alone, without gs://, in 3 to 63 lower-case letters, digits, dots, hyphens and underscores."
  }

  validation {
    condition = alltrue([
      for bucket in [var.buckets.inbox, var.buckets.exports, var.buckets.quarantine, var.buckets.state, var.buckets.records] :
      bucket.soft_delete_days == 0 || (bucket.soft_delete_days >= 7 && bucket.soft_delete_days <= 90)
    ])
    error_message = "soft_delete_days is 0 or 7 to 90."
  }

  validation {
    condition = alltrue([
      for bucket in [var.buckets.inbox, var.buckets.quarantine, var.buckets.state] : bucket.noncurrent_delete_days >= 1
    ])
    error_message = "noncurrent_delete_days is at least 1."
  }

  validation {
    condition     = coalesce(var.buckets.exports.delete_after_days, 1) >= 1
    error_message = "delete_after_days of exports is at least 1, or null for never."
  }

  validation {
    condition     = var.buckets.records.retention_days >= 1 && var.buckets.records.retention_days <= 36500
    error_message = "retention_days of records is 1 to 36500: what an auditor reads must not be alterable on the day it was written."
  }
}

variable "topics" {
  description = "What the topics are called that people publish commands to and read reports from."
  type = object({
    export  = optional(string, "dicom-export")
    delete  = optional(string, "dicom-delete")
    results = optional(string, "dicom-results")
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(distinct(values(var.topics))) == 3
    error_message = "Each topic has a name of its own: who may export is then not thereby allowed to delete."
  }

  validation {
    condition     = alltrue([for topic in values(var.topics) : can(regex("^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$", topic))])
    error_message = "A topic is named by its id alone, which begins with a letter."
  }
}

variable "message_regions" {
  description = "The regions in which Pub/Sub may keep messages, which name objects and studies; empty for wherever they are published."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for region in var.message_regions : can(regex("^[a-z]+-[a-z]+[0-9]+$", region))])
    error_message = "message_regions are regions such as europe-west1."
  }
}

variable "results_table" {
  description = "A BigQuery table that every report is written to by Pub/Sub itself; null for none."
  type = object({
    dataset          = optional(string, "dicom_courier")
    existing_dataset = optional(bool, false)
    table            = optional(string, "results")
    location         = optional(string)
  })
  default = null

  validation {
    condition     = var.results_table == null || can(regex("^[A-Za-z0-9_]{1,300}$", var.results_table.dataset))
    error_message = "A BigQuery dataset is named by letters, digits and underscores."
  }

  validation {
    condition     = var.results_table == null || can(regex("^[A-Za-z0-9_]{1,300}$", var.results_table.table))
    error_message = "The table is named by letters, digits and underscores."
  }
}
