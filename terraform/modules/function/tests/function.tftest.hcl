# One function with its trigger, looked at resource by resource.

mock_provider "google" {
  override_during = plan

  mock_resource "google_cloudfunctions2_function" {
    defaults = {
      service_config = { uri = "https://courier-ingest-abc-ew.a.run.app" }
    }
  }
}

variables {
  project      = { id = "acme-imaging", number = "123456789012" }
  region       = "europe-west1"
  name         = "courier-ingest"
  entry_point  = "ingest"
  description  = "Stores what arrives."
  package      = { bucket = "packages", object = "courier/abc.zip" }
  build        = { service_account = "courier-build@acme-imaging.iam.gserviceaccount.com", repository = "projects/acme-imaging/locations/europe-west1/repositories/images" }
  topic        = { name = "inbox-objects" }
  pubsub_agent = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
  environment  = { INBOX_BUCKET = "inbox" }

  sizing = {
    memory          = "512Mi"
    cpu             = "1"
    concurrency     = 8
    min_instances   = 0
    max_instances   = 20
    timeout_seconds = 540
  }

  delivery = {
    ack_deadline_seconds  = 600
    minimum_backoff       = "10s"
    maximum_backoff       = "600s"
    max_delivery_attempts = 100
    retention_days        = 31
  }
}

run "pushes_with_a_token_for_the_function" {
  command = plan

  assert {
    condition = alltrue([
      google_pubsub_subscription.push.push_config[0].push_endpoint == "https://courier-ingest-abc-ew.a.run.app",
      google_pubsub_subscription.push.push_config[0].oidc_token[0].audience == "https://courier-ingest-abc-ew.a.run.app",
      google_pubsub_subscription.push.push_config[0].oidc_token[0].service_account_email == "courier-ingest-push@acme-imaging.iam.gserviceaccount.com",
    ])
    error_message = "The token is the push account's, for the address it is pushed to."
  }

  assert {
    condition = alltrue([
      google_service_account_iam_member.push_token.service_account_id == "projects/acme-imaging/serviceAccounts/courier-ingest-push@acme-imaging.iam.gserviceaccount.com",
      google_service_account_iam_member.push_token.role == "roles/iam.serviceAccountOpenIdTokenCreator",
      google_service_account_iam_member.push_token.member == var.pubsub_agent,
    ])
    error_message = "Pub/Sub's agent may make identity tokens of the push account."
  }
}

run "only_the_push_account_may_invoke" {
  command = plan

  assert {
    condition = alltrue([
      google_cloud_run_service_iam_binding.invoker.members == toset(["serviceAccount:courier-ingest-push@acme-imaging.iam.gserviceaccount.com"]),
      google_cloud_run_service_iam_binding.invoker.role == "roles/run.invoker",
      google_cloud_run_service_iam_binding.invoker.service == "courier-ingest",
      google_cloudfunctions2_function.this.service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY",
    ])
    error_message = "The service has one invoker and takes internal requests only."
  }
}

run "tries_for_half_a_day_and_keeps_what_fails" {
  command = plan

  assert {
    condition = alltrue([
      google_pubsub_subscription.push.ack_deadline_seconds == 600,
      google_pubsub_subscription.push.retry_policy[0].minimum_backoff == "10s",
      google_pubsub_subscription.push.retry_policy[0].maximum_backoff == "600s",
      google_pubsub_subscription.push.expiration_policy[0].ttl == "",
      google_pubsub_subscription.push.message_retention_duration == "2678400s",
      google_pubsub_subscription.push.dead_letter_policy[0].max_delivery_attempts == 100,
    ])
    error_message = "100 attempts, 10 to 600 s apart, on a subscription that never expires."
  }

  assert {
    condition = alltrue([
      google_pubsub_subscription.push.dead_letter_policy[0].dead_letter_topic == google_pubsub_subscription.dead_letter.topic,
      google_pubsub_subscription.dead_letter.topic == "projects/acme-imaging/topics/courier-ingest-dead-letter",
      google_pubsub_subscription.dead_letter.expiration_policy[0].ttl == "",
      google_pubsub_subscription.dead_letter.message_retention_duration == "2678400s",
      length(google_pubsub_subscription.dead_letter.push_config) == 0,
    ])
    error_message = "Dead letters are kept for 31 days by a subscription that never expires and hands them to nobody."
  }

  assert {
    condition = alltrue([
      google_pubsub_topic_iam_member.dead_letter_publisher.topic == "courier-ingest-dead-letter",
      google_pubsub_topic_iam_member.dead_letter_publisher.role == "roles/pubsub.publisher",
      google_pubsub_topic_iam_member.dead_letter_publisher.member == var.pubsub_agent,
      google_pubsub_subscription_iam_member.dead_letter_source.subscription == "courier-ingest",
      google_pubsub_subscription_iam_member.dead_letter_source.role == "roles/pubsub.subscriber",
      google_pubsub_subscription_iam_member.dead_letter_source.member == var.pubsub_agent,
    ])
    error_message = "Pub/Sub's agent may forward dead letters."
  }
}

run "runs_what_was_built_under_its_own_account" {
  command = plan

  assert {
    condition = alltrue([
      google_cloudfunctions2_function.this.build_config[0].runtime == "nodejs24",
      google_cloudfunctions2_function.this.build_config[0].entry_point == "ingest",
      google_cloudfunctions2_function.this.build_config[0].source[0].storage_source[0].object == "courier/abc.zip",
      google_cloudfunctions2_function.this.service_config[0].service_account_email == "courier-ingest@acme-imaging.iam.gserviceaccount.com",
      google_cloudfunctions2_function.this.build_config[0].service_account == "projects/acme-imaging/serviceAccounts/courier-build@acme-imaging.iam.gserviceaccount.com",
    ])
    error_message = "The function is the package's, on Node.js 24, under its account, built under the builder's."
  }

  assert {
    condition     = length(google_cloudfunctions2_function.this.event_trigger) == 0
    error_message = "Its trigger is the subscription, not Eventarc's."
  }

  assert {
    condition     = length(output.rights) == 0
    error_message = "It may do nothing unless it is said."
  }
}

run "a_key_encrypts_messages_and_function" {
  command = plan

  variables {
    kms_key         = "projects/acme-keys/locations/europe-west1/keyRings/imaging/cryptoKeys/data"
    message_regions = ["europe-west1"]
  }

  assert {
    condition = alltrue([
      google_pubsub_topic.this[0].kms_key_name == var.kms_key,
      google_pubsub_topic.dead_letter.kms_key_name == var.kms_key,
      google_cloudfunctions2_function.this.kms_key_name == var.kms_key,
    ])
    error_message = "Both topics and the function are encrypted with the key."
  }

  assert {
    condition = alltrue([
      for topic in [google_pubsub_topic.this[0], google_pubsub_topic.dead_letter] :
      topic.message_storage_policy[0].allowed_persistence_regions == toset(["europe-west1"])
    ])
    error_message = "Messages and dead letters stay in the regions."
  }
}

run "what_is_sent_leaves_by_the_connector" {
  command = plan

  variables {
    network = { connector = "projects/acme-imaging/locations/europe-west1/connectors/courier", egress = "ALL_TRAFFIC" }
  }

  assert {
    condition = alltrue([
      google_cloudfunctions2_function.this.service_config[0].vpc_connector == var.network.connector,
      google_cloudfunctions2_function.this.service_config[0].vpc_connector_egress_settings == "ALL_TRAFFIC",
    ])
    error_message = "All that the function sends goes through the network."
  }
}

run "a_given_topic_is_not_made" {
  command = plan

  variables {
    topic = { name = "theirs", create = false }
  }

  assert {
    condition     = length(google_pubsub_topic.this) == 0 && google_pubsub_subscription.push.topic == "projects/acme-imaging/topics/theirs"
    error_message = "The subscription is to the topic that is there."
  }
}

run "rights_go_to_the_functions_account" {
  command = plan

  variables {
    rights = {
      buckets      = { read = { bucket = "inbox", role = "projects/acme-imaging/roles/read", reason = "reads" }, below = { bucket = "exports", role = "projects/acme-imaging/roles/create", reason = "writes", prefix = "a/b/" } }
      dicom_stores = { store = { id = "acme-imaging/europe-west1/imaging/main", role = "projects/acme-imaging/roles/store", reason = "stores" } }
      datasets     = { operations = { id = "acme-imaging/europe-west1/imaging", role = "projects/acme-imaging/roles/operations", reason = "follows" } }
      topics       = { results = { topic = "results", role = "roles/pubsub.publisher", reason = "publishes" } }
    }
  }

  assert {
    condition = alltrue([
      for grant in [
        google_storage_bucket_iam_member.this["read"], google_storage_bucket_iam_member.this["below"], google_healthcare_dicom_store_iam_member.this["store"],
        google_healthcare_dataset_iam_member.this["operations"], google_pubsub_topic_iam_member.this["results"],
      ] : grant.member == "serviceAccount:courier-ingest@acme-imaging.iam.gserviceaccount.com"
    ])
    error_message = "All rights are the function's, none the push account's."
  }

  assert {
    condition     = length(google_storage_bucket_iam_member.this["read"].condition) == 0 && google_storage_bucket_iam_member.this["below"].condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/exports/objects/a/b/\")"
    error_message = "A prefix narrows the right."
  }

  assert {
    condition     = length(output.rights) == 5
    error_message = "The output tells of every grant."
  }
}

run "refuses_to_work_longer_than_pubsub_waits" {
  command = plan
  variables {
    sizing = { memory = "512Mi", cpu = "1", concurrency = 8, min_instances = 0, max_instances = 20, timeout_seconds = 601 }
  }
  expect_failures = [var.sizing]
}

run "refuses_a_right_without_a_reason" {
  command = plan
  variables {
    rights = { buckets = { read = { bucket = "inbox", role = "roles/storage.objectViewer", reason = " " } } }
  }
  expect_failures = [var.rights]
}

run "refuses_to_give_up_within_hours" {
  command = plan
  variables {
    delivery = { ack_deadline_seconds = 600, minimum_backoff = "10s", maximum_backoff = "600s", max_delivery_attempts = 100, retention_days = 1 }
  }
  expect_failures = [var.delivery]
}
