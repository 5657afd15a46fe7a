locals {
  # The functions that are deployed, by their name in the code.
  functions = merge(
    { ingest = module.ingest },
    { for export in module.export : "export" => export },
    { for delete in module.delete : "delete" => delete },
  )

  # What dead letters are taken from, came from, and are published to again.
  replayed = {
    from  = concat([for function in local.functions : function.trigger.dead_letter_subscription], google_pubsub_subscription.results_dead_letter[*].name)
    given = concat([for function in local.functions : function.trigger.subscription], google_pubsub_subscription.results_table[*].name)
    to    = concat([for function in local.functions : function.topic], var.results_table == null ? [] : [google_pubsub_topic.results.name])
  }
}

output "buckets" {
  description = "The worker's buckets, by what they are for."
  value       = local.bucket_names
}

output "dicom_store" {
  description = "The DICOM store, by its full name."
  value       = local.dicom_store_name
}

output "topics" {
  description = "The topics that commands are published to and reports are read from."
  value = merge(
    { results = google_pubsub_topic.results.name },
    { for key, function in local.functions : key => function.topic if key != "ingest" },
  )
}

output "grants_for_people" {
  description = "Which role to give to whom, on which resource. None of them is given here."
  value = merge(
    {
      upload       = "roles/storage.objectCreator on bucket ${local.bucket_names.inbox}"
      read_results = "roles/pubsub.subscriber on a subscription of one's own to topic ${google_pubsub_topic.results.name}"
      quarantine   = "roles/storage.objectUser on bucket ${local.bucket_names.quarantine}"
      audit        = "roles/storage.objectViewer on bucket ${local.bucket_names.records}"
      hold         = "roles/storage.objectCreator on bucket ${local.bucket_names.records}, for objects below holds/"
      # `npm run replay -- --help` says the same. Between two incidents nobody needs these.
      replay            = "roles/pubsub.subscriber on subscriptions ${join(", ", local.replayed.from)}; roles/pubsub.viewer on these and on subscriptions ${join(", ", local.replayed.given)}; roles/pubsub.publisher on topics ${join(", ", local.replayed.to)}"
      replay_quarantine = "roles/storage.objectViewer on buckets ${local.bucket_names.quarantine}, ${local.bucket_names.inbox}; storage.buckets.get, e.g. by roles/storage.bucketViewer, on bucket ${local.bucket_names.inbox}; roles/pubsub.publisher on topic ${module.ingest.topic}; to restore objects also roles/storage.objectCreator on bucket ${local.bucket_names.inbox}"
    },
    {
      for key, function in local.functions : "${key}_commands" => "roles/pubsub.publisher on topic ${function.topic}" if key != "ingest"
    },
    {
      for key, function in local.functions :
      "${key}_dead_letters" => "roles/pubsub.subscriber on subscription ${function.trigger.dead_letter_subscription}"
    },
  )
}

output "functions" {
  description = "The deployed functions: service, account, who may invoke it, its sizing, subscription and dead letters."
  value = {
    for key, function in local.functions : key => {
      service         = function.service
      service_account = function.service_account
      push_account    = function.push_account
      invokers        = function.invokers
      sizing          = function.sizing
      trigger         = function.trigger
    }
  }
}

output "rights" {
  description = "What each function may do, permission by permission, read from the grants."
  value = {
    for key, function in local.functions : key => sort(flatten([
      for right in function.rights : [
        for permission in try(local.permissions_of[right.role], [right.role]) : "${right.on}: ${permission}"
      ]
    ]))
  }
}

output "alerts" {
  description = "The alert policies, by the section of docs/operations.md that belongs to each."
  value       = try(module.monitoring[0].alerts, {})
}

output "builds" {
  description = "The accounts that build and deploy."
  value = {
    builder  = local.builder
    deployer = local.build_count == 0 ? null : trimprefix(local.deployer, "serviceAccount:")
  }
}
