# What each function may do, on which resource, and why. Nothing else gives these accounts anything; the test
# tests/rights.tftest.hcl holds the same list, written out.

locals {
  export_destinations = coalesce(var.export.destinations, ["gs://${local.bucket_names.exports}/"])
  export_targets = {
    for uri in local.export_destinations : trimprefix(uri, "gs://") => {
      bucket = regex("^gs://([^/]+)/", uri)[0]
      prefix = regex("^gs://[^/]+/(.*)$", uri)[0]
    }
  }

  rights = {
    ingest = {
      dicom_stores = {
        store = { id = local.dicom_store_id, role = local.role_names.instances_store, reason = "stores instances, and reads one that is already there to compare it" }
      }
      datasets = {}
      buckets = merge(
        {
          inbox-read        = { bucket = local.bucket_names.inbox, role = local.role_names.objects_read, reason = "reads what arrived" }
          quarantine-create = { bucket = local.bucket_names.quarantine, role = local.role_names.objects_create, reason = "sets aside what was rejected" }
          state-read        = { bucket = local.bucket_names.state, role = local.role_names.objects_read, reason = "looks for tombstones and ledgers of deletions" }
          state-create      = { bucket = local.bucket_names.state, role = local.role_names.objects_create, reason = "writes markers of ingest" }
        },
        var.ingest.after_store == "keep" ? {} : {
          inbox-delete = { bucket = local.bucket_names.inbox, role = local.role_names.objects_delete, reason = "after_store = delete or archive: removes what is proven to be stored" }
        },
        var.ingest.after_store != "archive" ? {} : {
          archive-create = { bucket = var.ingest.archive_bucket, role = local.role_names.objects_create, reason = "after_store = archive: copies it there first" }
        },
      )
      topics = {
        results = { topic = google_pubsub_topic.results.name, role = "roles/pubsub.publisher", reason = "publishes reports" }
      }
    }

    export = {
      dicom_stores = {
        read = { id = local.dicom_store_id, role = local.role_names.instances_read, reason = "searches and retrieves instances" }
      }
      datasets = {}
      buckets = merge(
        {
          for key, target in local.export_targets : "${key}#create" => {
            bucket = target.bucket, prefix = target.prefix, role = local.role_names.objects_create, reason = "writes exported instances"
          }
        },
        {
          for key, target in local.export_targets : "${key}#read" => {
            bucket = target.bucket, prefix = target.prefix, role = local.role_names.objects_read, reason = "recognises its own objects when a slice is delivered again, and composes the manifest"
          }
        },
        {
          for key, target in local.export_targets : "${key}#list" => {
            bucket = target.bucket, role = local.role_names.objects_list, reason = "is told 404, not 403, of an object that is not there; the condition on the prefix holds for objects, not for listing"
          } if target.prefix != ""
        },
        {
          for key, target in local.export_targets : "${key}#replace" => {
            bucket = target.bucket, prefix = target.prefix, role = local.role_names.objects_replace, reason = "allow_overwrite: replaces another's object on command"
          } if var.export.allow_overwrite
        },
        {
          state-read     = { bucket = local.bucket_names.state, role = local.role_names.objects_read, reason = "reads plans, and finds which slices are complete" }
          state-create   = { bucket = local.bucket_names.state, role = local.role_names.objects_create, reason = "writes plans and the parts of manifests" }
          records-create = { bucket = local.bucket_names.records, role = local.role_names.objects_create, reason = "leaves the final report with the auditors" }
        },
      )
      topics = {
        results = { topic = google_pubsub_topic.results.name, role = "roles/pubsub.publisher", reason = "publishes reports" }
        slices  = { topic = var.topics.export, role = "roles/pubsub.publisher", reason = "publishes its own slices" }
      }
    }

    delete = {
      dicom_stores = {
        delete = { id = local.dicom_store_id, role = local.role_names.instances_delete, reason = "searches and deletes instances" }
      }
      datasets = {
        operations = { id = local.dataset_id, role = local.role_names.operations_read, reason = "follows deletions, which are operations of the dataset" }
      }
      buckets = {
        state-read     = { bucket = local.bucket_names.state, role = local.role_names.objects_read, reason = "reads ledgers, and markers for the age of a series" }
        state-create   = { bucket = local.bucket_names.state, role = local.role_names.objects_create, reason = "writes ledgers, plans and tombstones" }
        state-replace  = { bucket = local.bucket_names.state, role = local.role_names.objects_replace, reason = "moves a ledger on by generation" }
        records-read   = { bucket = local.bucket_names.records, role = local.role_names.objects_read, reason = "looks for holds" }
        records-create = { bucket = local.bucket_names.records, role = local.role_names.objects_create, reason = "writes the audit of deletions, and can never change it" }
      }
      topics = {
        results = { topic = google_pubsub_topic.results.name, role = "roles/pubsub.publisher", reason = "publishes reports" }
      }
    }
  }
}
