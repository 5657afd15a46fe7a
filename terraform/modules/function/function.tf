# Addresses are put together from what is configured, not read from the provider, so that a plan shows who gets what.
locals {
  account      = "${google_service_account.function.account_id}@${var.project.id}.iam.gserviceaccount.com"
  push_account = "${google_service_account.push.account_id}@${var.project.id}.iam.gserviceaccount.com"
}

resource "google_service_account" "function" {
  project      = var.project.id
  account_id   = var.name
  display_name = "${var.name}: what it may do is listed in rights.tf"
}

resource "google_cloudfunctions2_function" "this" {
  project      = var.project.id
  location     = var.region
  name         = var.name
  description  = var.description
  labels       = var.labels
  kms_key_name = var.kms_key

  build_config {
    runtime           = var.build.runtime
    entry_point       = var.entry_point
    service_account   = "projects/${var.project.id}/serviceAccounts/${var.build.service_account}"
    docker_repository = var.build.repository

    source {
      storage_source {
        bucket = var.package.bucket
        object = var.package.object
      }
    }
  }

  service_config {
    available_memory                 = var.sizing.memory
    available_cpu                    = var.sizing.cpu
    max_instance_request_concurrency = var.sizing.concurrency
    min_instance_count               = var.sizing.min_instances
    max_instance_count               = var.sizing.max_instances
    timeout_seconds                  = var.sizing.timeout_seconds
    environment_variables            = var.environment
    service_account_email            = local.account
    # Pub/Sub of the same project counts as internal, at the service's run.app address.
    ingress_settings               = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision = true
    vpc_connector                  = try(var.network.connector, null)
    vpc_connector_egress_settings  = try(var.network.egress, null)
  }
}
