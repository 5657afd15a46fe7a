locals {
  # What each bucket needs so that nothing in it is lost. A rule by age exists for exports alone; in the others a rule
  # can only meet versions that were already replaced or deleted.
  bucket_settings = {
    # An event names a generation. With versioning it can still be read after the object was uploaded again.
    inbox = merge(var.buckets.inbox, { versioning = true, delete_after_days = null, retention_days = null })
    # Exports are copies: what is deleted here is in the store.
    exports = merge(var.buckets.exports, { versioning = false, noncurrent_delete_days = null, retention_days = null })
    # For people to look at, and to empty.
    quarantine = merge(var.buckets.quarantine, { versioning = true, delete_after_days = null, retention_days = null })
    # Ledgers are rewritten at every step of a deletion; an older version is how a mistake is undone.
    state = merge(var.buckets.state, { versioning = true, delete_after_days = null, retention_days = null })
    # Holds and audit. Retention keeps people too from changing what was written.
    records = merge(var.buckets.records, { versioning = false, delete_after_days = null, noncurrent_delete_days = null })
    # The zips that were deployed, each under its own hash.
    packages = merge(var.buckets.packages, {
      versioning = true, delete_after_days = null, noncurrent_delete_days = 30, retention_days = null, soft_delete_days = 7
    })
  }

  bucket_names = {
    for key, bucket in local.bucket_settings :
    key => bucket.existing != null ? bucket.existing : google_storage_bucket.this[key].name
  }
}

resource "google_storage_bucket" "this" {
  for_each = { for key, bucket in local.bucket_settings : key => bucket if bucket.existing == null }

  project                     = var.project_id
  name                        = coalesce(each.value.name, "${var.project_id}-${var.name}-${each.key}")
  location                    = upper(var.region)
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  labels                      = var.labels

  soft_delete_policy {
    retention_duration_seconds = each.value.soft_delete_days * 86400
  }

  versioning {
    enabled = each.value.versioning
  }

  dynamic "retention_policy" {
    for_each = each.value.retention_days == null ? [] : [each.value]
    content {
      retention_period = retention_policy.value.retention_days * 86400
      is_locked        = retention_policy.value.retention_locked
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.noncurrent_delete_days == null ? [] : [each.value.noncurrent_delete_days]
    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.delete_after_days == null ? [] : [each.value.delete_after_days]
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "encryption" {
    for_each = local.kms_key == null ? [] : [local.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}
