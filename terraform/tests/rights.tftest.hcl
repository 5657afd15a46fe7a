# Each function's rights, written out: what is not listed here is not granted, and what is listed is.

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

run "ingest_stores_and_never_deletes" {
  command = plan

  assert {
    condition = join("\n", output.rights.ingest) == join("\n", [
      "bucket acme-imaging-dicom-courier-inbox: storage.objects.get",
      "bucket acme-imaging-dicom-courier-inbox: storage.objects.list",
      "bucket acme-imaging-dicom-courier-quarantine: storage.objects.create",
      "bucket acme-imaging-dicom-courier-state: storage.objects.create",
      "bucket acme-imaging-dicom-courier-state: storage.objects.get",
      "bucket acme-imaging-dicom-courier-state: storage.objects.list",
      "dicomStore acme-imaging/europe-west1/imaging/main: healthcare.dicomStores.dicomWebRead",
      "dicomStore acme-imaging/europe-west1/imaging/main: healthcare.dicomStores.dicomWebWrite",
      "topic dicom-results: roles/pubsub.publisher",
    ])
    error_message = "ingest has other rights: ${join("; ", output.rights.ingest)}"
  }
}

run "export_reads_the_store_and_creates_objects" {
  command = plan

  assert {
    condition = join("\n", output.rights.export) == join("\n", [
      "bucket acme-imaging-dicom-courier-exports: storage.objects.create",
      "bucket acme-imaging-dicom-courier-exports: storage.objects.get",
      "bucket acme-imaging-dicom-courier-exports: storage.objects.list",
      "bucket acme-imaging-dicom-courier-records: storage.objects.create",
      "bucket acme-imaging-dicom-courier-state: storage.objects.create",
      "bucket acme-imaging-dicom-courier-state: storage.objects.get",
      "bucket acme-imaging-dicom-courier-state: storage.objects.list",
      "dicomStore acme-imaging/europe-west1/imaging/main: healthcare.dicomStores.dicomWebRead",
      "topic dicom-export: roles/pubsub.publisher",
      "topic dicom-results: roles/pubsub.publisher",
    ])
    error_message = "export has other rights: ${join("; ", output.rights.export)}"
  }
}

run "delete_deletes_instances_and_cannot_change_records" {
  command = plan

  assert {
    condition = join("\n", output.rights.delete) == join("\n", [
      "bucket acme-imaging-dicom-courier-records: storage.objects.create",
      "bucket acme-imaging-dicom-courier-records: storage.objects.get",
      "bucket acme-imaging-dicom-courier-records: storage.objects.list",
      "bucket acme-imaging-dicom-courier-state: storage.objects.create",
      "bucket acme-imaging-dicom-courier-state: storage.objects.delete",
      "bucket acme-imaging-dicom-courier-state: storage.objects.get",
      "bucket acme-imaging-dicom-courier-state: storage.objects.list",
      "dataset acme-imaging/europe-west1/imaging: healthcare.operations.get",
      "dataset acme-imaging/europe-west1/imaging: healthcare.operations.list",
      "dicomStore acme-imaging/europe-west1/imaging/main: healthcare.dicomStores.dicomWebDelete",
      "dicomStore acme-imaging/europe-west1/imaging/main: healthcare.dicomStores.dicomWebRead",
      "topic dicom-results: roles/pubsub.publisher",
    ])
    error_message = "delete has other rights: ${join("; ", output.rights.delete)}"
  }
}

run "ingest_may_delete_from_the_inbox_only_when_it_is_to" {
  command = plan

  variables {
    ingest = { after_store = "delete" }
  }

  assert {
    condition     = [for right in output.rights.ingest : right if endswith(right, ".delete")] == ["bucket acme-imaging-dicom-courier-inbox: storage.objects.delete"]
    error_message = "after_store = delete gives the right to delete in the inbox, and nowhere else."
  }

  assert {
    condition     = output.functions.ingest.sizing.environment["AFTER_STORE"] == "delete"
    error_message = "The function is told what it was given the right for."
  }
}

run "ingest_may_create_in_an_archive_and_delete_behind_it" {
  command = plan

  variables {
    ingest = { after_store = "archive", archive_bucket = "long-term" }
  }

  assert {
    condition = [for right in output.rights.ingest : right if strcontains(right, "long-term") || endswith(right, ".delete")] == [
      "bucket acme-imaging-dicom-courier-inbox: storage.objects.delete",
      "bucket long-term: storage.objects.create",
    ]
    error_message = "Archiving is creating there, and deleting here."
  }

  assert {
    condition     = output.functions.ingest.sizing.environment["ARCHIVE_BUCKET"] == "long-term"
    error_message = "The function is told of the bucket that it was given the right for."
  }
}

run "rights_to_export_end_where_the_allow_list_does" {
  command = plan

  variables {
    export = { destinations = ["gs://trial-bucket/site-a/"] }
  }

  assert {
    condition = toset([for right in output.rights.export : right if strcontains(right, "trial-bucket")]) == toset(concat(
      [
        for permission in ["create", "get", "list"] :
        "bucket trial-bucket where resource.name.startsWith(\"projects/_/buckets/trial-bucket/objects/site-a/\"): storage.objects.${permission}"
      ],
      ["bucket trial-bucket: storage.objects.list"],
    ))
    error_message = "A destination with a prefix gives rights below the prefix alone, but for listing: else a missing object would be a refusal."
  }

  assert {
    condition     = alltrue([for right in output.rights.export : !strcontains(right, "-exports")])
    error_message = "What is not a destination is not written to."
  }

  assert {
    condition     = output.functions.export.sizing.environment["EXPORT_DESTINATIONS"] == "gs://trial-bucket/site-a/"
    error_message = "The function's allow-list is the list that its rights come from."
  }
}

run "only_an_export_that_may_overwrite_can_replace_objects" {
  command = plan

  variables {
    export = { allow_overwrite = true }
  }

  assert {
    condition = [for right in output.rights.export : right if endswith(right, ".delete") || endswith(right, ".update")] == [
      "bucket acme-imaging-dicom-courier-exports: storage.objects.delete",
    ]
    error_message = "allow_overwrite is about the export buckets."
  }

  assert {
    condition     = output.functions.export.sizing.environment["ALLOW_OVERWRITE"] == "true"
    error_message = "A function that has the right takes the commands that need it."
  }
}

run "each_function_has_accounts_of_its_own" {
  command = plan

  assert {
    condition     = length(distinct(flatten([for function in output.functions : [function.service_account, function.push_account]]))) == 6
    error_message = "Three functions have three accounts, and are pushed to by three others."
  }

  assert {
    condition     = alltrue([for function in output.functions : function.invokers == toset(["serviceAccount:${function.push_account}"])])
    error_message = "Nobody but its own push account may invoke a function."
  }

  assert {
    condition     = alltrue([for function in output.functions : function.sizing.ingress == "ALLOW_INTERNAL_ONLY"])
    error_message = "Functions take internal requests only."
  }
}

run "no_role_is_given_on_the_whole_project_but_logging" {
  command = plan

  assert {
    condition     = google_project_iam_member.builder_log.role == "roles/logging.logWriter"
    error_message = "The builder writes logs."
  }

  assert {
    condition = alltrue([
      length(google_project_iam_member.builder_source.condition) == 1,
      strcontains(google_project_iam_member.builder_source.condition[0].expression, "gcf-v2-sources-123456789012-europe-west1"),
      !strcontains(google_project_iam_member.builder_source.condition[0].expression, "acme-imaging"),
    ])
    error_message = "The builder's right to read sources is conditioned on the one bucket of Cloud Functions."
  }
}

run "who_replays_is_told_what_it_takes" {
  command = plan

  assert {
    condition = output.grants_for_people["replay"] == join("; ", [
      "roles/pubsub.subscriber on subscriptions dicom-courier-delete-dead-letter, dicom-courier-export-dead-letter, dicom-courier-ingest-dead-letter",
      "roles/pubsub.viewer on these and on subscriptions dicom-courier-delete, dicom-courier-export, dicom-courier-ingest",
      "roles/pubsub.publisher on topics dicom-delete, dicom-export, dicom-courier-inbox-objects",
    ])
    error_message = "Dead letters: ${output.grants_for_people["replay"]}"
  }

  assert {
    condition = output.grants_for_people["replay_quarantine"] == join("; ", [
      "roles/storage.objectViewer on buckets acme-imaging-dicom-courier-quarantine, acme-imaging-dicom-courier-inbox",
      "storage.buckets.get, e.g. by roles/storage.bucketViewer, on bucket acme-imaging-dicom-courier-inbox",
      "roles/pubsub.publisher on topic dicom-courier-inbox-objects",
      "to restore objects also roles/storage.objectCreator on bucket acme-imaging-dicom-courier-inbox",
    ])
    error_message = "Quarantine: ${output.grants_for_people["replay_quarantine"]}"
  }
}

run "publishing_exports_and_deletions_are_separate_rights" {
  command = plan

  assert {
    condition     = output.grants_for_people["export_commands"] == "roles/pubsub.publisher on topic dicom-export"
    error_message = "Who may export is told so."
  }

  assert {
    condition     = output.grants_for_people["delete_commands"] == "roles/pubsub.publisher on topic dicom-delete"
    error_message = "Who may delete is told so."
  }
}
