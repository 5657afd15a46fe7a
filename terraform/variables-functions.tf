# The three functions. `environment` takes any further variable of the README's tables that this file does not name;
# what decides names or rights is derived here and cannot be given there.

variable "ingest" {
  description = "The function that stores what lands in the inbox."
  type = object({
    memory           = optional(string, "512Mi")
    cpu              = optional(string, "1")
    concurrency      = optional(number, 8)
    min_instances    = optional(number, 0)
    max_instances    = optional(number, 20)
    timeout_seconds  = optional(number, 540)
    inbox_prefix     = optional(string)
    after_store      = optional(string, "keep")
    archive_bucket   = optional(string)
    store_encoding   = optional(string)
    max_header_bytes = optional(number)
    retry_budget     = optional(string)
    idle_timeout     = optional(string)
    answer_timeout   = optional(string)
    environment      = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["keep", "delete", "archive"], var.ingest.after_store)
    error_message = "after_store is keep, delete or archive."
  }

  validation {
    condition     = (var.ingest.after_store == "archive") == (var.ingest.archive_bucket != null)
    error_message = "after_store = archive needs an archive_bucket, and nothing else takes one."
  }

  validation {
    condition     = var.ingest.store_encoding == null || contains(["single", "multipart"], coalesce(var.ingest.store_encoding, "single"))
    error_message = "store_encoding is single or multipart."
  }

  validation {
    condition = alltrue([
      for duration in compact([var.ingest.retry_budget, var.ingest.idle_timeout, var.ingest.answer_timeout]) :
      can(regex("^[0-9]+(ms|s|m|h|d)$", duration))
    ])
    error_message = "Durations are written 500ms, 30s, 10m, 1h or 7d."
  }

  validation {
    condition     = coalesce(var.ingest.max_header_bytes, 1024) >= 1024
    error_message = "max_header_bytes is at least 1024."
  }

  validation {
    condition     = length(setintersection(keys(var.ingest.environment), local.derived_variables)) == 0
    error_message = "environment names a variable that is derived from other inputs, because names and rights depend on it."
  }
}

variable "export" {
  description = "The function that brings instances back into a bucket. `destinations` is the allow-list: gs://BUCKET/PREFIX, each ending in a slash."
  type = object({
    enabled         = optional(bool, true)
    memory          = optional(string, "512Mi")
    cpu             = optional(string, "1")
    concurrency     = optional(number, 4)
    min_instances   = optional(number, 0)
    max_instances   = optional(number, 20)
    timeout_seconds = optional(number, 540)
    destinations    = optional(list(string))
    allow_overwrite = optional(bool, false)
    environment     = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for uri in coalesce(var.export.destinations, []) : can(regex("^gs://[a-z0-9][a-z0-9._-]+/([^,\\s\"\\\\]*/)?$", uri))
    ])
    error_message = "A destination is gs://BUCKET/ or gs://BUCKET/PREFIX/, with the last slash and without commas, quotes, backslashes or blanks."
  }

  validation {
    condition     = var.export.destinations == null || length(coalesce(var.export.destinations, [])) > 0
    error_message = "An empty list of destinations allows no export at all: set enabled = false instead."
  }

  validation {
    condition     = length(setintersection(keys(var.export.environment), local.derived_variables)) == 0
    error_message = "environment names a variable that is derived from other inputs, because names and rights depend on it."
  }
}

variable "delete" {
  description = "The function that deletes, on command and by retention. It has one instance, which is not a choice."
  type = object({
    enabled         = optional(bool, true)
    memory          = optional(string, "512Mi")
    cpu             = optional(string, "1")
    concurrency     = optional(number, 8)
    min_instances   = optional(number, 0)
    timeout_seconds = optional(number, 540)
    tick_schedule   = optional(string, "* * * * *")
    environment     = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^(\\S+ ){4}\\S+$", var.delete.tick_schedule))
    error_message = "tick_schedule is cron: five fields."
  }

  validation {
    condition     = length(setintersection(keys(var.delete.environment), local.derived_variables)) == 0
    error_message = "environment names a variable that is derived from other inputs, because names and rights depend on it."
  }
}

variable "delivery" {
  description = "How messages are handed to the functions: 100 attempts, 10 to 600 s apart, outlast an outage of half a day."
  type = object({
    ack_deadline_seconds  = optional(number, 600)
    minimum_backoff       = optional(string, "10s")
    maximum_backoff       = optional(string, "600s")
    max_delivery_attempts = optional(number, 100)
    retention_days        = optional(number, 31)
  })
  default  = {}
  nullable = false
}

variable "cleanup" {
  description = "Scheduled deletions of what is past its retention, by a name for the job. A dry run until `dry_run = false` is said."
  type = map(object({
    schedule     = string
    time_zone    = optional(string, "Etc/UTC")
    paused       = optional(bool, false)
    older_than   = string
    age          = optional(string, "ingested")
    modalities   = optional(list(string), [])
    min_in_store = optional(string)
    max_series   = optional(number)
    dry_run      = optional(bool, true)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.cleanup) == 0 || var.delete.enabled
    error_message = "Cleanup is done by the delete function, which is not enabled."
  }

  validation {
    condition     = alltrue([for job in values(var.cleanup) : can(regex("^(\\S+ ){4}\\S+$", job.schedule))])
    error_message = "schedule is cron: five fields."
  }

  validation {
    condition     = alltrue([for name in keys(var.cleanup) : can(regex("^[a-z0-9-]{1,40}$", name))])
    error_message = "A cleanup's name has lower-case letters, digits and hyphens."
  }

  validation {
    condition = alltrue([
      for job in values(var.cleanup) : alltrue([
        for period in compact([job.older_than, job.min_in_store]) : can(regex("^P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$", period)) && can(regex("[1-9]", period))
      ])
    ])
    error_message = "older_than and min_in_store are ISO 8601 periods of years, months, weeks or days, such as P365D."
  }

  validation {
    condition     = alltrue([for job in values(var.cleanup) : contains(["ingested", "study-date"], job.age)])
    error_message = "age is ingested or study-date."
  }

  validation {
    condition = alltrue([
      for job in values(var.cleanup) : length(job.modalities) <= 100 && alltrue([
        for modality in job.modalities : can(regex("^[A-Z0-9_ ]{1,16}$", modality))
      ])
    ])
    error_message = "modalities are at most 100, each as DICOM writes it, such as CT."
  }

  validation {
    condition = alltrue([
      for job in values(var.cleanup) : job.max_series == null || (
        coalesce(job.max_series, 1) >= 1 && coalesce(job.max_series, 1) <= 10000 && floor(coalesce(job.max_series, 1)) == coalesce(job.max_series, 1)
      )
    ])
    error_message = "max_series is a whole number from 1 to 10000."
  }

  validation {
    condition     = alltrue([for job in values(var.cleanup) : job.age != "study-date" || job.min_in_store != null])
    error_message = "age = study-date needs min_in_store: an old study may have arrived yesterday."
  }
}
