# How messages reach the functions, and where they stay when they do not.

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

run "every_push_subscription_has_dead_letters_that_somebody_keeps" {
  command = plan

  assert {
    condition = length(output.functions) == 3 && alltrue([
      for function in output.functions :
      function.trigger.dead_letter_topic == function.trigger.dead_letters_kept_from && function.trigger.max_delivery_attempts == 100
    ])
    error_message = "Each function's dead letters go to a topic with a subscription, after 100 attempts."
  }

  assert {
    condition = alltrue([
      for function in output.functions : alltrue([
        function.trigger.ack_deadline_seconds == 600,
        function.trigger.minimum_backoff == "10s",
        function.trigger.maximum_backoff == "600s",
        function.trigger.expires_after == "",
      ])
    ])
    error_message = "Each subscription waits 600 s for an answer, tries again after 10 to 600 s, and never expires."
  }

  assert {
    condition     = toset(module.monitoring[0].watched_dead_letter_subscriptions) == toset([for function in output.functions : function.trigger.dead_letter_subscription])
    error_message = "An alert looks at every subscription of dead letters."
  }
}

run "delete_has_one_instance" {
  command = plan

  variables {
    ingest = { max_instances = 50 }
  }

  assert {
    condition     = output.functions.delete.sizing.max_instances == 1
    error_message = "The delete function has one instance at most."
  }

  assert {
    condition     = output.functions.ingest.sizing.max_instances == 50
    error_message = "The others have as many as they are given."
  }
}

run "the_inbox_tells_ingest_of_new_objects" {
  command = plan

  variables {
    ingest = { inbox_prefix = "scanner-3/" }
  }

  assert {
    condition     = google_storage_notification.inbox.event_types == toset(["OBJECT_FINALIZE"]) && google_storage_notification.inbox.payload_format == "JSON_API_V1"
    error_message = "New objects are told of, with their whole metadata."
  }

  assert {
    condition     = "//pubsub.googleapis.com/${output.functions.ingest.trigger.topic}" == google_storage_notification.inbox.topic
    error_message = "The notification goes to the topic that ingest is subscribed to."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.inbox_events.member == "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com" && google_pubsub_topic_iam_member.inbox_events.role == "roles/pubsub.publisher"
    error_message = "Cloud Storage's agent may publish there."
  }

  assert {
    condition     = google_storage_notification.inbox.object_name_prefix == "scanner-3/" && output.functions.ingest.sizing.environment["INBOX_PREFIX"] == "scanner-3/"
    error_message = "Notification and function know the same prefix."
  }
}

run "functions_find_their_names_in_the_environment" {
  command = plan

  assert {
    condition = alltrue([
      for name, value in {
        PROJECT_ID        = "acme-imaging"
        DICOM_STORE       = "projects/acme-imaging/locations/europe-west1/datasets/imaging/dicomStores/main"
        INBOX_BUCKET      = "acme-imaging-dicom-courier-inbox"
        QUARANTINE_BUCKET = "acme-imaging-dicom-courier-quarantine"
        STATE_BUCKET      = "acme-imaging-dicom-courier-state"
        RESULTS_TOPIC     = "dicom-results"
        FUNCTION_TIMEOUT  = "540s"
        ACK_DEADLINE      = "600s"
        NODE_OPTIONS      = "--max-semi-space-size=4"

        MALLOC_TRIM_THRESHOLD_ = "67108864"
      } : output.functions.ingest.sizing.environment[name] == value
    ])
    error_message = "ingest lacks a variable."
  }

  assert {
    condition = alltrue([
      for name, value in {
        RECORDS_BUCKET      = "acme-imaging-dicom-courier-records"
        STATE_BUCKET        = "acme-imaging-dicom-courier-state"
        EXPORT_TOPIC        = "dicom-export"
        EXPORT_DESTINATIONS = "gs://acme-imaging-dicom-courier-exports/"
        ALLOW_OVERWRITE     = "false"
      } : output.functions.export.sizing.environment[name] == value
    ])
    error_message = "export lacks a variable."
  }

  assert {
    condition = alltrue([
      for name, value in {
        PROJECT_ID       = "acme-imaging"
        DICOM_STORE      = "projects/acme-imaging/locations/europe-west1/datasets/imaging/dicomStores/main"
        STATE_BUCKET     = "acme-imaging-dicom-courier-state"
        RECORDS_BUCKET   = "acme-imaging-dicom-courier-records"
        RESULTS_TOPIC    = "dicom-results"
        FUNCTION_TIMEOUT = "540s"
        ACK_DEADLINE     = "600s"
      } : output.functions.delete.sizing.environment[name] == value
    ])
    error_message = "delete lacks a variable."
  }

  assert {
    condition     = !contains(keys(output.functions.delete.sizing.environment), "INBOX_BUCKET")
    error_message = "delete is not told of the inbox."
  }

  assert {
    condition     = alltrue([for function in output.functions : alltrue([for value in function.sizing.environment : value != null && value != ""])])
    error_message = "A setting that is not given is left out."
  }
}

run "further_settings_reach_the_function" {
  command = plan

  variables {
    ingest = { retry_budget = "45s", max_header_bytes = 8388608, environment = { VERIFY = "always" } }
    delete = { environment = { MAX_OPERATIONS = "3", OPERATION_MAX_AGE = "2d" } }
  }

  assert {
    condition = alltrue([
      output.functions.ingest.sizing.environment["RETRY_BUDGET"] == "45s",
      output.functions.ingest.sizing.environment["MAX_HEADER_BYTES"] == "8388608",
      output.functions.ingest.sizing.environment["VERIFY"] == "always",
      output.functions.delete.sizing.environment["MAX_OPERATIONS"] == "3",
      output.functions.delete.sizing.environment["OPERATION_MAX_AGE"] == "2d",
    ])
    error_message = "Typed and further settings are both handed on."
  }
}

run "the_tick_and_cleanup_reach_the_delete_function" {
  command = plan

  variables {
    cleanup = {
      nightly = { schedule = "0 2 * * *", older_than = "P365D", modalities = ["CT"], min_in_store = "P30D", max_series = 500 }
    }
  }

  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.tick[0].pubsub_target[0].data)) == { action = "tick" } && google_cloud_scheduler_job.tick[0].schedule == "* * * * *"
    error_message = "The tick comes every minute."
  }

  assert {
    condition     = google_cloud_scheduler_job.tick[0].pubsub_target[0].topic_name == output.functions.delete.trigger.topic
    error_message = "The tick goes to the topic of the delete function."
  }

  assert {
    condition = base64decode(google_cloud_scheduler_job.cleanup["nightly"].pubsub_target[0].data) == jsonencode({
      action = "cleanup", olderThan = "P365D", age = "ingested", dryRun = true, filter = { modality = ["CT"] }, minInStore = "P30D", maxSeries = 500
    })
    error_message = "Cleanup says all it was given, and is a dry run until told otherwise."
  }

  assert {
    condition     = google_pubsub_topic_iam_member.scheduler[0].member == "serviceAccount:service-123456789012@gcp-sa-cloudscheduler.iam.gserviceaccount.com"
    error_message = "The scheduler's agent may publish there."
  }
}

run "a_cleanup_deletes_only_when_it_is_said" {
  command = plan

  variables {
    cleanup = { yearly = { schedule = "0 3 1 1 *", older_than = "P10Y", dry_run = false } }
  }

  assert {
    condition     = jsondecode(base64decode(google_cloud_scheduler_job.cleanup["yearly"].pubsub_target[0].data)) == { action = "cleanup", olderThan = "P10Y", age = "ingested", dryRun = false }
    error_message = "What was not given is not said."
  }
}

run "a_site_that_never_deletes_has_no_such_function" {
  command = plan

  variables {
    delete = { enabled = false }
    export = { enabled = false }
  }

  assert {
    condition     = join(",", keys(output.functions)) == "ingest" && length(google_cloud_scheduler_job.tick) == 0
    error_message = "Neither function nor tick is made."
  }

  assert {
    condition     = !contains(keys(output.alerts), "tick-missing")
    error_message = "Nobody waits for a tick."
  }
}

run "every_report_can_be_a_row" {
  command = plan

  variables {
    results_table = {}
  }

  assert {
    condition     = google_pubsub_subscription.results_table[0].topic == "projects/acme-imaging/topics/dicom-results" && google_pubsub_subscription.results_table[0].bigquery_config[0].table == "acme-imaging.dicom_courier.results"
    error_message = "Reports are written to the table."
  }

  assert {
    condition     = [for column in jsondecode(google_bigquery_table.results[0].schema) : "${column.name} ${column.type}"] == ["subscription_name STRING", "message_id STRING", "publish_time TIMESTAMP", "attributes JSON", "data JSON"]
    error_message = "The table has the columns that write_metadata fills."
  }

  assert {
    condition     = google_pubsub_subscription.results_table[0].dead_letter_policy[0].dead_letter_topic == google_pubsub_subscription.results_dead_letter[0].topic
    error_message = "A report that cannot be written is kept as well."
  }

  assert {
    condition = alltrue([
      for subscription in [google_pubsub_subscription.results_table[0], google_pubsub_subscription.results_dead_letter[0]] :
      subscription.expiration_policy[0].ttl == "" && subscription.message_retention_duration == "2678400s"
    ])
    error_message = "Neither subscription expires, and both keep messages as long as Pub/Sub can."
  }

  assert {
    condition = alltrue([
      google_bigquery_table_iam_member.pubsub[0].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com",
      google_bigquery_table_iam_member.pubsub[0].table_id == "results",
      google_pubsub_topic_iam_member.results_dead_letter[0].topic == google_pubsub_topic.results_dead_letter[0].name,
      google_pubsub_subscription_iam_member.results_table[0].subscription == google_pubsub_subscription.results_table[0].name,
    ])
    error_message = "Pub/Sub's agent may write rows, and move what it cannot write to the dead letters."
  }

  assert {
    condition     = contains(module.monitoring[0].watched_dead_letter_subscriptions, google_pubsub_subscription.results_dead_letter[0].name)
    error_message = "And somebody is told."
  }

  assert {
    condition     = strcontains(output.grants_for_people["replay"], "dicom-results-table-dead-letter") && endswith(output.grants_for_people["replay"], ", dicom-results")
    error_message = "Who replays is told of it as well."
  }

  assert {
    condition     = google_bigquery_table.results[0].deletion_protection && !google_bigquery_dataset.results[0].delete_contents_on_destroy
    error_message = "The table is protected."
  }
}

run "messages_can_be_kept_in_a_region" {
  command = plan

  variables {
    message_regions = ["europe-west1"]
  }

  assert {
    condition     = google_pubsub_topic.results.message_storage_policy[0].allowed_persistence_regions == toset(["europe-west1"])
    error_message = "Messages stay in the region."
  }
}
