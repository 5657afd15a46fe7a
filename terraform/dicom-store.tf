locals {
  dicom_location = coalesce(var.dicom_store.location, var.region)
  dicom_dataset  = var.dicom_store.existing_dataset ? var.dicom_store.dataset : google_healthcare_dataset.this[0].name
  dicom_store    = var.dicom_store.existing_store ? var.dicom_store.store : google_healthcare_dicom_store.this[0].name

  dataset_name     = "projects/${var.project_id}/locations/${local.dicom_location}/datasets/${local.dicom_dataset}"
  dicom_store_name = "${local.dataset_name}/dicomStores/${local.dicom_store}"

  # The form in which the provider takes them where rights are given.
  dataset_id     = "${var.project_id}/${local.dicom_location}/${local.dicom_dataset}"
  dicom_store_id = "${local.dataset_id}/${local.dicom_store}"
}

resource "google_healthcare_dataset" "this" {
  count = var.dicom_store.existing_dataset ? 0 : 1

  project  = var.project_id
  name     = var.dicom_store.dataset
  location = local.dicom_location

  dynamic "encryption_spec" {
    for_each = local.kms_key == null ? [] : [local.kms_key]
    content {
      kms_key_name = encryption_spec.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}

# A new name would be a new store and the end of the old one with everything in it: prevent_destroy refuses that plan.
resource "google_healthcare_dicom_store" "this" {
  count = var.dicom_store.existing_store ? 0 : 1

  name    = var.dicom_store.store
  dataset = local.dataset_name
  labels  = var.labels

  lifecycle {
    prevent_destroy = true
  }
}
