provider "google" {
  project = var.project_id
  region  = var.region
}

module "courier" {
  source = "../.."

  project_id      = var.project_id
  region          = var.region
  package_path    = var.package_path
  message_regions = [var.region]

  encryption = { kms_key = "${local.key_ring}/cryptoKeys/${google_kms_crypto_key.data.name}" }
  network    = { connector = local.connector }

  buckets = {
    # Locking cannot be undone, not even by Google: do it by hand once the period has proven right.
    records = { retention_days = var.records_retention_days }
    exports = { delete_after_days = 30 }
  }

  # A narrow place to export to: the rights of the function end where the allow-list does.
  export = { destinations = ["gs://${local.exports_bucket}/approved/"] }

  # Plans every night what would be deleted, and deletes nothing until dry_run = false is said.
  cleanup = {
    ten-years = { schedule = "0 2 * * *", older_than = "P10Y", max_series = 500 }
  }

  results_table = {}
  watching      = { channels = var.channels }
}

locals {
  # Said here too, because the allow-list needs it before the bucket is there.
  exports_bucket = "${var.project_id}-dicom-courier-exports"
}

output "rights" {
  description = "What each function may do."
  value       = module.courier.rights
}

output "alerts" {
  description = "The alert policies, by the section of docs/operations.md."
  value       = module.courier.alerts
}
