# How the zip becomes the image that runs: the Cloud Functions service builds it under this account.

locals {
  builder = "${google_service_account.builder.account_id}@${var.project_id}.iam.gserviceaccount.com"
}

resource "google_service_account" "builder" {
  project      = var.project_id
  account_id   = "${var.name}-build"
  display_name = "${var.name}: makes the functions' images"

  depends_on = [google_project_service.this]
}

resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "${var.name}-images"
  description   = "Images of ${var.name}, made from the zips in the packages bucket."
  format        = "DOCKER"
  labels        = var.labels
  kms_key_name  = local.kms_key

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}

# Puts images into this repository.
resource "google_artifact_registry_repository_iam_member" "builder" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.builder}"
}

# Reads the zip.
resource "google_storage_bucket_iam_member" "builder_packages" {
  bucket = local.bucket_names.packages
  role   = local.role_names.objects_read
  member = "serviceAccount:${local.builder}"
}

# Reads the copy of the zip that Cloud Functions makes in a bucket of its own, which comes into being with the first
# deployment: hence a grant on the project, and a condition that leaves only that bucket.
resource "google_project_iam_member" "builder_source" {
  project = var.project_id
  role    = local.role_names.objects_read
  member  = "serviceAccount:${local.builder}"

  condition {
    title      = "functions-source-only"
    expression = "resource.name == \"projects/_/buckets/gcf-v2-sources-${local.number}-${var.region}\" || resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.number}-${var.region}/\")"
  }
}

# Writes the log of the build. Cloud Logging knows no smaller resource than the project.
resource "google_project_iam_member" "builder_log" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${local.builder}"
}
