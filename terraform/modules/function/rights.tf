resource "google_storage_bucket_iam_member" "this" {
  for_each = var.rights.buckets

  bucket = each.value.bucket
  role   = each.value.role
  member = "serviceAccount:${local.account}"

  dynamic "condition" {
    for_each = each.value.prefix == "" ? [] : [each.value]
    content {
      title       = "below-prefix"
      description = condition.value.reason
      # A list call has the bucket as its resource and is thereby refused; objects under the prefix are not.
      expression = "resource.name.startsWith(\"projects/_/buckets/${condition.value.bucket}/objects/${condition.value.prefix}\")"
    }
  }
}

resource "google_healthcare_dicom_store_iam_member" "this" {
  for_each = var.rights.dicom_stores

  dicom_store_id = each.value.id
  role           = each.value.role
  member         = "serviceAccount:${local.account}"
}

resource "google_healthcare_dataset_iam_member" "this" {
  for_each = var.rights.datasets

  dataset_id = each.value.id
  role       = each.value.role
  member     = "serviceAccount:${local.account}"
}

resource "google_pubsub_topic_iam_member" "this" {
  for_each = var.rights.topics

  project = var.project.id
  topic   = each.value.topic
  role    = each.value.role
  member  = "serviceAccount:${local.account}"

  # One of them may be the function's own topic.
  depends_on = [google_pubsub_topic.this]
}
