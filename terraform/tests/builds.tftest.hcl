# What the pipeline may do: change what runs, and neither rights nor data.

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

run "nobody_deploys_unless_asked" {
  command = plan

  assert {
    condition     = output.builds.deployer == null && length(google_project_iam_member.deployer) == 0 && length(google_cloudbuild_trigger.this) == 0
    error_message = "Without builds there is no deploying account."
  }
}

run "the_pipeline_changes_neither_rights_nor_data" {
  command = plan

  variables {
    builds = { state_bucket = "acme-terraform", repository = "projects/acme-imaging/locations/europe-west1/connections/git/repositories/courier" }
  }

  assert {
    condition = length(google_project_iam_custom_role.deployer[0].permissions) > 0 && alltrue([
      for permission in google_project_iam_custom_role.deployer[0].permissions : can(regex("\\.(get|list|getIamPolicy|use)$", permission))
    ])
    error_message = "The pipeline's own role reads."
  }

  assert {
    condition = toset([for grant in google_project_iam_member.deployer : grant.role]) == toset([
      "projects/acme-imaging/roles/dicom_courier_deploy",
      "roles/cloudfunctions.developer",
      "roles/cloudscheduler.admin",
      "roles/logging.configWriter",
      "roles/logging.logWriter",
      "roles/monitoring.alertPolicyEditor",
      "roles/monitoring.dashboardEditor",
    ])
    error_message = "On the project it has these roles, none of which is about storage, Healthcare, Pub/Sub or IAM."
  }

  assert {
    condition     = toset([for grant in google_storage_bucket_iam_member.deployer_packages : grant.bucket]) == toset(["acme-imaging-dicom-courier-packages"]) && google_storage_bucket_iam_member.deployer_state[0].bucket == "acme-terraform"
    error_message = "It writes packages and Terraform's state, and into no bucket with data."
  }

  assert {
    condition     = length(google_service_account_iam_member.deployer) == 7
    error_message = "It may hand out the accounts of this deployment: build, and two for each function."
  }
}

run "a_plan_is_applied_only_after_an_approval" {
  command = plan

  variables {
    builds = { state_bucket = "acme-terraform", repository = "projects/acme-imaging/locations/europe-west1/connections/git/repositories/courier" }
  }

  assert {
    condition     = google_cloudbuild_trigger.this["apply"].approval_config[0].approval_required && google_cloudbuild_trigger.this["apply"].filename == "terraform/cloudbuild-apply.yaml"
    error_message = "Applying waits for somebody."
  }

  assert {
    condition     = !google_cloudbuild_trigger.this["plan"].approval_config[0].approval_required && google_cloudbuild_trigger.this["plan"].filename == "cloudbuild.yaml"
    error_message = "Planning does not: the plan is what is approved."
  }

  assert {
    condition     = alltrue([for trigger in google_cloudbuild_trigger.this : !contains(keys(trigger.substitutions), "_SMOKE")])
    error_message = "Nothing is tried with real data unless that is asked for."
  }
}

run "the_deployed_system_is_tried_where_that_is_asked_for" {
  command = plan

  variables {
    builds = { state_bucket = "acme-terraform", smoke = true, repository = "projects/acme-imaging/locations/europe-west1/connections/git/repositories/courier" }
  }

  assert {
    condition     = google_cloudbuild_trigger.this["apply"].substitutions["_SMOKE"] == "--location europe-west1 --dataset imaging --store main --inbox acme-imaging-dicom-courier-inbox --exports acme-imaging-dicom-courier-exports --export-topic dicom-export --delete-topic dicom-delete --results-topic dicom-results"
    error_message = "The build that applies is told where to try what it has applied."
  }

  assert {
    condition     = toset(keys(google_cloudbuild_trigger.this["plan"].substitutions)) == toset(["_STATE_BUCKET", "_STATE_PREFIX"])
    error_message = "The build that plans tries nothing: what it has planned is not there yet."
  }
}
