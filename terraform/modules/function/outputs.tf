output "service_account" {
  description = "The address of the function's account."
  value       = local.account
}

output "push_account" {
  description = "The address of the account that Pub/Sub pushes under."
  value       = local.push_account
}

output "service" {
  description = "The function's name, which is also that of its Cloud Run service."
  value       = google_cloudfunctions2_function.this.name
}

output "uri" {
  description = "Where messages are pushed to."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "topic" {
  description = "The name of the topic whose messages are pushed."
  value       = local.topic_name
}

output "sizing" {
  description = "What the function was given, as deployed."
  value = {
    max_instances = google_cloudfunctions2_function.this.service_config[0].max_instance_count
    concurrency   = google_cloudfunctions2_function.this.service_config[0].max_instance_request_concurrency
    ingress       = google_cloudfunctions2_function.this.service_config[0].ingress_settings
    environment   = google_cloudfunctions2_function.this.service_config[0].environment_variables
  }
}

output "invokers" {
  description = "Who may invoke the function."
  value       = google_cloud_run_service_iam_binding.invoker.members
}

output "trigger" {
  description = "The push subscription, and where its dead letters are kept."
  value = {
    subscription             = google_pubsub_subscription.push.name
    topic                    = google_pubsub_subscription.push.topic
    ack_deadline_seconds     = google_pubsub_subscription.push.ack_deadline_seconds
    minimum_backoff          = google_pubsub_subscription.push.retry_policy[0].minimum_backoff
    maximum_backoff          = google_pubsub_subscription.push.retry_policy[0].maximum_backoff
    expires_after            = google_pubsub_subscription.push.expiration_policy[0].ttl
    max_delivery_attempts    = google_pubsub_subscription.push.dead_letter_policy[0].max_delivery_attempts
    dead_letter_topic        = google_pubsub_subscription.push.dead_letter_policy[0].dead_letter_topic
    dead_letter_subscription = google_pubsub_subscription.dead_letter.name
    dead_letters_kept_from   = google_pubsub_subscription.dead_letter.topic
  }
}

output "rights" {
  description = "What the account was granted, read from the grants themselves."
  value = concat(
    [
      for grant in values(google_storage_bucket_iam_member.this) : {
        on   = "bucket ${grant.bucket}${length(grant.condition) == 0 ? "" : " where ${grant.condition[0].expression}"}"
        role = grant.role
      }
    ],
    [for grant in values(google_healthcare_dicom_store_iam_member.this) : { on = "dicomStore ${grant.dicom_store_id}", role = grant.role }],
    [for grant in values(google_healthcare_dataset_iam_member.this) : { on = "dataset ${grant.dataset_id}", role = grant.role }],
    [for grant in values(google_pubsub_topic_iam_member.this) : { on = "topic ${grant.topic}", role = grant.role }],
  )
}
