# What the deployment is called and where it is. docs/deployment.md has the table of all variables.

variable "project_id" {
  description = "The project that everything is made in. It must exist and have a billing account."
  type        = string
  nullable    = false

  validation {
    # Accounts are named by this id, which a domain-scoped id (example.com:project) does not allow.
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "A project id has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "The region of functions, buckets, scheduler jobs and images, e.g. europe-west1."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region looks like europe-west1: functions and their bucket's events need one region, not a multi-region."
  }
}

variable "name" {
  description = "The beginning of every name that is made, so that several deployments fit into one project."
  type        = string
  default     = "dicom-courier"
  nullable    = false

  validation {
    # The longest name made of it is an account, NAME-ingest-push, and those have 30 characters at most.
    condition     = can(regex("^[a-z][a-z0-9-]{1,16}[a-z0-9]$", var.name))
    error_message = "The name has 3 to 18 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "labels" {
  description = "Labels of everything that takes labels."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))
    ])
    error_message = "Labels have lower-case letters, digits, hyphens and underscores, 63 at most, and their keys begin with a letter."
  }
}

variable "enable_apis" {
  description = "Whether the services that are needed are enabled here. Say false where an organisation enables them."
  type        = bool
  default     = true
  nullable    = false
}

variable "package_path" {
  description = "The zip that `npm run build` makes: what is deployed."
  type        = string
  default     = "../dist/dicom-courier.zip"
  nullable    = false

  validation {
    condition     = fileexists(var.package_path)
    error_message = "There is no file at package_path: run `npm run build` first."
  }
}

variable "encryption" {
  description = "A key of Cloud KMS for everything that holds data; null leaves it to Google's own keys. Its location has to fit the region."
  type = object({
    kms_key      = string
    grant_agents = optional(bool, true)
  })
  default = null

  validation {
    condition = var.encryption == null || can(regex(
      "^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.encryption.kms_key
    ))
    error_message = "kms_key has to be projects/…/locations/…/keyRings/…/cryptoKeys/…"
  }
}

variable "network" {
  description = "A Serverless VPC Access connector for what the functions send; null sends it over Google's own network."
  type = object({
    connector = string
    egress    = optional(string, "ALL_TRAFFIC")
  })
  default = null

  validation {
    condition     = var.network == null || can(regex("^projects/[^/]+/locations/[^/]+/connectors/[^/]+$", var.network.connector))
    error_message = "connector has to be projects/…/locations/…/connectors/…"
  }

  validation {
    condition     = contains(["ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"], try(var.network.egress, "ALL_TRAFFIC"))
    error_message = "egress is ALL_TRAFFIC or PRIVATE_RANGES_ONLY."
  }
}
