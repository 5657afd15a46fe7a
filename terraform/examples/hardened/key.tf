# One key for everything that holds data. Without it, nothing of that can be read again: it is protected like the data.

resource "google_project_service" "this" {
  for_each = toset(["cloudkms.googleapis.com", "compute.googleapis.com", "dns.googleapis.com", "vpcaccess.googleapis.com"])

  project            = var.project_id
  service            = each.value
  disable_on_destroy = false
}

locals {
  key_ring = "projects/${var.project_id}/locations/${var.region}/keyRings/${google_kms_key_ring.this.name}"
}

resource "google_kms_key_ring" "this" {
  project  = var.project_id
  name     = "dicom-courier"
  location = var.region

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.this]
}

resource "google_kms_crypto_key" "data" {
  name     = "data"
  key_ring = local.key_ring
  # 90 days. Older versions are kept, and what they encrypted stays readable.
  rotation_period = "7776000s"
  # A month to notice that a version was destroyed by mistake.
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}
