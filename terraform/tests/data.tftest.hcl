# Where data lies: closed to the public, kept when it is deleted or replaced by mistake, and never thrown away by age.

mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project_id   = "acme-imaging"
  region       = "europe-west1"
  package_path = "tests/fixtures/package.zip"
}

run "no_bucket_is_public" {
  command = plan

  assert {
    condition = length(google_storage_bucket.this) == 6 && alltrue([
      for bucket in google_storage_bucket.this : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access
    ])
    error_message = "Every bucket prevents public access and knows no object ACLs."
  }

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : !bucket.force_destroy])
    error_message = "No bucket is emptied to be destroyed."
  }
}

run "inbox_and_quarantine_lose_nothing_by_age" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for key in ["inbox", "quarantine", "state"] : [
        for rule in google_storage_bucket.this[key].lifecycle_rule : [
          for condition in rule.condition :
          condition.age == null && condition.created_before == null && condition.days_since_noncurrent_time >= 1 && condition.with_state == "ARCHIVED"
        ]
      ]
    ]))
    error_message = "Rules of inbox, quarantine and state are about versions that were already replaced."
  }

  assert {
    condition     = alltrue([for key in ["inbox", "quarantine", "state"] : google_storage_bucket.this[key].versioning[0].enabled])
    error_message = "What is overwritten in inbox, quarantine and state is kept as a version."
  }
}

run "what_is_deleted_by_mistake_can_be_restored" {
  command = plan

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : bucket.soft_delete_policy[0].retention_duration_seconds >= 604800])
    error_message = "Every bucket keeps deleted objects for a week at least."
  }
}

run "records_are_retained_and_exports_stay_by_default" {
  command = plan

  assert {
    condition     = google_storage_bucket.this["records"].retention_policy[0].retention_period == 30 * 86400
    error_message = "Records cannot be altered for 30 days."
  }

  assert {
    condition     = !google_storage_bucket.this["records"].retention_policy[0].is_locked
    error_message = "Locking cannot be undone, so it has to be said."
  }

  assert {
    condition     = alltrue([for key, bucket in google_storage_bucket.this : length(bucket.retention_policy) == 0 if key != "records"])
    error_message = "The worker has to be able to work in the other buckets."
  }

  assert {
    condition     = length(google_storage_bucket.this["exports"].lifecycle_rule) == 0
    error_message = "Exports are deleted by age when that is asked for, and not otherwise."
  }
}

run "exports_can_be_deleted_by_age" {
  command = plan

  variables {
    buckets = { exports = { delete_after_days = 14 } }
  }

  assert {
    condition     = one(one(google_storage_bucket.this["exports"].lifecycle_rule[*]).condition).age == 14
    error_message = "delete_after_days is the age."
  }

  assert {
    condition = alltrue(flatten([
      for key, bucket in google_storage_bucket.this : [for rule in bucket.lifecycle_rule : [for condition in rule.condition : condition.age == null]] if key != "exports"
    ]))
    error_message = "No other bucket has a rule by age."
  }
}

run "what_exists_is_used_and_not_made" {
  command = plan

  variables {
    buckets     = { inbox = { existing = "hospital-inbox" } }
    dicom_store = { dataset = "radiology", store = "primary", location = "europe-west4", existing_dataset = true, existing_store = true }
  }

  assert {
    condition     = !contains(keys(google_storage_bucket.this), "inbox") && length(google_healthcare_dataset.this) == 0 && length(google_healthcare_dicom_store.this) == 0
    error_message = "What exists is not made again."
  }

  assert {
    condition     = google_storage_notification.inbox.bucket == "hospital-inbox"
    error_message = "The existing inbox tells of its objects."
  }

  assert {
    condition     = contains(output.rights.ingest, "bucket hospital-inbox: storage.objects.get") && contains(output.rights.ingest, "dicomStore acme-imaging/europe-west4/radiology/primary: healthcare.dicomStores.dicomWebWrite")
    error_message = "Rights are given on what exists."
  }

  assert {
    condition     = output.functions.ingest.sizing.environment["INBOX_BUCKET"] == "hospital-inbox" && output.functions.ingest.sizing.environment["DICOM_STORE"] == "projects/acme-imaging/locations/europe-west4/datasets/radiology/dicomStores/primary"
    error_message = "The function is told of what exists."
  }
}

run "a_store_can_be_made_in_an_existing_dataset" {
  command = plan

  variables {
    dicom_store = { dataset = "radiology", store = "courier", existing_dataset = true }
  }

  assert {
    condition     = length(google_healthcare_dataset.this) == 0 && google_healthcare_dicom_store.this[0].dataset == "projects/acme-imaging/locations/europe-west1/datasets/radiology"
    error_message = "The store is made in the dataset that is there."
  }
}

run "a_key_encrypts_everything_that_holds_data" {
  command = plan

  variables {
    encryption    = { kms_key = "projects/acme-keys/locations/europe-west1/keyRings/imaging/cryptoKeys/data" }
    results_table = {}
  }

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : bucket.encryption[0].default_kms_key_name == var.encryption.kms_key])
    error_message = "Every bucket is encrypted with the key."
  }

  assert {
    condition = alltrue([
      google_healthcare_dataset.this[0].encryption_spec[0].kms_key_name == var.encryption.kms_key,
      google_pubsub_topic.results.kms_key_name == var.encryption.kms_key,
      google_pubsub_topic.results_dead_letter[0].kms_key_name == var.encryption.kms_key,
      google_bigquery_dataset.results[0].default_encryption_configuration[0].kms_key_name == var.encryption.kms_key,
      google_bigquery_table.results[0].encryption_configuration[0].kms_key_name == var.encryption.kms_key,
      google_artifact_registry_repository.images.kms_key_name == var.encryption.kms_key,
    ])
    error_message = "Dataset, topics, table and images are encrypted with the key."
  }

  assert {
    condition = toset([for grant in google_kms_crypto_key_iam_member.agents : grant.member]) == toset([
      "serviceAccount:bq-123456789012@bigquery-encryption.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@gcf-admin-robot.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@gcp-sa-artifactregistry.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@gcp-sa-healthcare.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com",
      "serviceAccount:service-123456789012@serverless-robot-prod.iam.gserviceaccount.com",
    ])
    error_message = "The services that encrypt may use the key, and nobody else may."
  }
}
