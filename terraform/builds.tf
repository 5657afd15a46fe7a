# Continuous deployment. The pipeline reads everything and writes functions, scheduler jobs, metrics, alerts, dashboard and
# packages. It can neither change who may do what, nor touch what holds data: both are left to a person's apply. What it
# deploys acts with the functions' rights, which is why its plans wait for an approval.

locals {
  build_count = var.builds == null ? 0 : 1
  deployer    = "serviceAccount:${var.name}-deploy@${var.project_id}.iam.gserviceaccount.com"

  # Beside each predefined role the reason why the project is its smallest resource.
  deployer_roles = {
    "roles/cloudfunctions.developer"     = "deploys functions, which are named only when they are made"
    "roles/cloudscheduler.admin"         = "sets the tick and cleanup jobs; a job has no policy of its own"
    "roles/logging.configWriter"         = "sets the log-based metrics"
    "roles/logging.logWriter"            = "writes the build's log"
    "roles/monitoring.alertPolicyEditor" = "sets the alerts"
    "roles/monitoring.dashboardEditor"   = "sets the dashboard"
  }

  # What Terraform reads to compare, and the use of what a function is attached to. Nothing here creates, changes or
  # deletes.
  deployer_permissions = [
    "artifactregistry.repositories.get",
    "artifactregistry.repositories.getIamPolicy",
    "bigquery.datasets.get",
    "bigquery.tables.get",
    "bigquery.tables.getIamPolicy",
    "cloudbuild.builds.get",
    "cloudbuild.builds.list",
    "cloudkms.cryptoKeys.getIamPolicy",
    "healthcare.datasets.get",
    "healthcare.datasets.getIamPolicy",
    "healthcare.dicomStores.get",
    "healthcare.dicomStores.getIamPolicy",
    "iam.roles.get",
    "iam.serviceAccounts.get",
    "iam.serviceAccounts.getIamPolicy",
    "monitoring.notificationChannels.get",
    "pubsub.subscriptions.get",
    "pubsub.subscriptions.getIamPolicy",
    "pubsub.topics.get",
    "pubsub.topics.getIamPolicy",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "run.services.get",
    "run.services.getIamPolicy",
    "serviceusage.services.get",
    "serviceusage.services.list",
    "serviceusage.services.use",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "vpcaccess.connectors.get",
    "vpcaccess.connectors.use",
  ]

  # Whoever deploys a function, a build or a push subscription has to be allowed to hand it its account.
  deployed_accounts = merge(
    { build = local.builder },
    { for key, function in local.functions : key => function.service_account },
    { for key, function in local.functions : "${key}-push" => function.push_account },
  )
}

resource "google_service_account" "deployer" {
  count = local.build_count

  project      = var.project_id
  account_id   = "${var.name}-deploy"
  display_name = "${var.name}: Cloud Build deploys under this account"

  depends_on = [google_project_service.this]
}

resource "google_project_iam_custom_role" "deployer" {
  count = local.build_count

  project     = var.project_id
  role_id     = "${replace(var.name, "-", "_")}_deploy"
  title       = "${var.name}: deploy"
  description = "Reads what Terraform compares. Creates, changes and deletes nothing."
  permissions = local.deployer_permissions
  stage       = "GA"
}

resource "google_project_iam_member" "deployer" {
  for_each = local.build_count == 0 ? toset([]) : toset(concat(
    keys(local.deployer_roles),
    ["projects/${var.project_id}/roles/${google_project_iam_custom_role.deployer[0].role_id}"],
  ))

  project = var.project_id
  role    = each.value
  member  = local.deployer

  depends_on = [google_service_account.deployer]
}

resource "google_service_account_iam_member" "deployer" {
  for_each = local.build_count == 0 ? {} : local.deployed_accounts

  service_account_id = "projects/${var.project_id}/serviceAccounts/${each.value}"
  role               = "roles/iam.serviceAccountUser"
  member             = local.deployer

  depends_on = [google_service_account.deployer]
}

# Puts new packages beside the old ones, and takes away what a plan no longer names.
resource "google_storage_bucket_iam_member" "deployer_packages" {
  for_each = toset(local.build_count == 0 ? [] : ["objects_read", "objects_create", "objects_delete"])

  bucket = local.bucket_names.packages
  role   = local.role_names[each.value]
  member = local.deployer

  depends_on = [google_service_account.deployer]
}

# Terraform's state, its lock, and the plans that wait for approval.
resource "google_storage_bucket_iam_member" "deployer_state" {
  count = local.build_count

  bucket = var.builds.state_bucket
  role   = "roles/storage.objectUser"
  member = local.deployer

  depends_on = [google_service_account.deployer]
}

locals {
  triggers = try(var.builds.repository, null) == null ? {} : {
    plan  = { filename = "cloudbuild.yaml", approval = false, description = "Checks, builds and plans what was pushed." }
    apply = { filename = "terraform/cloudbuild-apply.yaml", approval = true, description = "Applies the plan of this commit, once somebody has approved." }
  }
}

# Where what was applied is, in options of `npm run smoke`. A shell reads them.
locals {
  smoke = join(" ", concat(
    [
      "--location ${local.dicom_location}",
      "--dataset ${var.dicom_store.dataset}",
      "--store ${var.dicom_store.store}",
      "--inbox ${local.bucket_names.inbox}",
      "--exports ${local.bucket_names.exports}",
      "--export-topic ${var.topics.export}",
      "--delete-topic ${var.topics.delete}",
      "--results-topic ${var.topics.results}",
    ],
    var.ingest.inbox_prefix == null ? [] : ["'--inbox-prefix=${var.ingest.inbox_prefix}'"],
  ))
}

resource "google_cloudbuild_trigger" "this" {
  for_each = local.triggers

  project         = var.project_id
  location        = var.region
  name            = "${var.name}-${each.key}"
  description     = each.value.description
  filename        = each.value.filename
  service_account = "projects/${var.project_id}/serviceAccounts/${trimprefix(local.deployer, "serviceAccount:")}"

  repository_event_config {
    repository = var.builds.repository
    push {
      branch = var.builds.branch
    }
  }

  approval_config {
    approval_required = each.value.approval
  }

  substitutions = merge(
    {
      _STATE_BUCKET = var.builds.state_bucket
      _STATE_PREFIX = var.builds.state_prefix
    },
    each.key == "apply" && var.builds.smoke ? { _SMOKE = local.smoke } : {},
  )

  depends_on = [google_service_account.deployer, google_project_iam_member.deployer]
}
