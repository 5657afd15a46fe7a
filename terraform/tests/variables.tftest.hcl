# What cannot be meant is refused before anything is planned.

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

run "refuses_a_multi_region" {
  command = plan
  variables { region = "eu" }
  expect_failures = [var.region]
}

run "refuses_a_name_that_no_account_can_have" {
  command = plan
  variables { name = "a-name-that-is-too-long" }
  expect_failures = [var.name]
}

run "refuses_to_deploy_what_was_not_built" {
  command = plan
  variables { package_path = "tests/fixtures/absent.zip" }
  expect_failures = [var.package_path]
}

run "refuses_an_existing_store_in_a_new_dataset" {
  command = plan
  variables { dicom_store = { existing_store = true } }
  expect_failures = [var.dicom_store]
}

run "refuses_a_bucket_that_is_both_new_and_existing" {
  command = plan
  variables { buckets = { inbox = { name = "one-bucket", existing = "another" } } }
  expect_failures = [var.buckets]
}

run "refuses_records_without_retention" {
  command = plan
  variables { buckets = { records = { retention_days = 0 } } }
  expect_failures = [var.buckets]
}

run "refuses_one_topic_for_export_and_delete" {
  command = plan
  variables { topics = { export = "dicom-commands", delete = "dicom-commands" } }
  expect_failures = [var.topics]
}

run "refuses_a_destination_whose_last_slash_is_missing" {
  command = plan
  variables { export = { destinations = ["gs://trial/site-a"] } }
  expect_failures = [var.export]
}

run "refuses_a_destination_that_would_break_out_of_its_condition" {
  command = plan
  variables { export = { destinations = ["gs://trial/a\") || true || (\"/"] } }
  expect_failures = [var.export]
}

run "refuses_settings_that_decide_rights" {
  command = plan
  variables { ingest = { environment = { INBOX_BUCKET = "elsewhere" } } }
  expect_failures = [var.ingest]
}

run "refuses_to_archive_without_a_bucket_to_archive_in" {
  command = plan
  variables { ingest = { after_store = "archive" } }
  expect_failures = [var.ingest]
}

run "refuses_an_age_by_study_date_alone" {
  command = plan
  variables { cleanup = { nightly = { schedule = "0 2 * * *", older_than = "P365D", age = "study-date" } } }
  expect_failures = [var.cleanup]
}

run "refuses_a_retention_that_is_no_period" {
  command = plan
  variables { cleanup = { nightly = { schedule = "0 2 * * *", older_than = "365" } } }
  expect_failures = [var.cleanup]
}

run "refuses_a_retention_of_nothing" {
  command = plan
  variables { cleanup = { nightly = { schedule = "0 2 * * *", older_than = "P0D" } } }
  expect_failures = [var.cleanup]
}

run "refuses_a_modality_that_dicom_does_not_write_so" {
  command = plan
  variables { cleanup = { nightly = { schedule = "0 2 * * *", older_than = "P365D", modalities = ["ct"] } } }
  expect_failures = [var.cleanup]
}

run "refuses_a_breaker_that_never_breaks" {
  command = plan
  variables { cleanup = { nightly = { schedule = "0 2 * * *", older_than = "P365D", max_series = 10001 } } }
  expect_failures = [var.cleanup]
}

run "refuses_cleanup_without_a_function_to_do_it" {
  command = plan
  variables {
    delete  = { enabled = false }
    cleanup = { nightly = { schedule = "0 2 * * *", older_than = "P365D" } }
  }
  expect_failures = [var.cleanup]
}

run "refuses_a_key_by_its_short_name" {
  command = plan
  variables { encryption = { kms_key = "data" } }
  expect_failures = [var.encryption]
}

run "refuses_a_share_above_all" {
  command = plan
  variables { watching = { failed_deliveries_ratio = 2 } }
  expect_failures = [var.watching]
}

run "refuses_a_window_that_is_no_whole_minutes" {
  command = plan
  variables { watching = { failed_deliveries_window = "90s" } }
  expect_failures = [var.watching]
}

run "refuses_an_alert_that_is_always_raised" {
  command = plan
  variables { watching = { stuck_operation_hours = 0 } }
  expect_failures = [var.watching]
}

run "refuses_to_keep_messages_in_a_multi_region" {
  command = plan
  variables { message_regions = ["eu"] }
  expect_failures = [var.message_regions]
}

run "refuses_a_label_that_google_does" {
  command = plan
  variables { labels = { Team = "imaging" } }
  expect_failures = [var.labels]
}

run "refuses_a_tick_without_a_schedule" {
  command = plan
  variables { delete = { tick_schedule = "every minute" } }
  expect_failures = [var.delete]
}

run "refuses_a_cleanup_without_a_schedule" {
  command = plan
  variables { cleanup = { nightly = { schedule = "02:00", older_than = "P365D" } } }
  expect_failures = [var.cleanup]
}
