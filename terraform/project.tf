data "google_project" "this" {
  project_id = var.project_id
}

locals {
  number = data.google_project.this.number

  # Google's own accounts in this project. Their addresses follow from the project's number, so nothing has to be asked
  # for them; that they exist is seen to before the first apply (docs/deployment.md).
  agents = {
    storage   = "serviceAccount:service-${local.number}@gs-project-accounts.iam.gserviceaccount.com"
    pubsub    = "serviceAccount:service-${local.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    scheduler = "serviceAccount:service-${local.number}@gcp-sa-cloudscheduler.iam.gserviceaccount.com"
    dicom     = "serviceAccount:service-${local.number}@gcp-sa-healthcare.iam.gserviceaccount.com"
    functions = "serviceAccount:service-${local.number}@gcf-admin-robot.iam.gserviceaccount.com"
    run       = "serviceAccount:service-${local.number}@serverless-robot-prod.iam.gserviceaccount.com"
    images    = "serviceAccount:service-${local.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
    bigquery  = "serviceAccount:bq-${local.number}@bigquery-encryption.iam.gserviceaccount.com"
  }

  apis = concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudscheduler.googleapis.com",
      "healthcare.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "storage.googleapis.com",
    ],
    var.results_table == null ? [] : ["bigquery.googleapis.com"],
    var.encryption == null ? [] : ["cloudkms.googleapis.com"],
    var.network == null ? [] : ["vpcaccess.googleapis.com"],
  )
}

resource "google_project_service" "this" {
  for_each = toset(var.enable_apis ? local.apis : [])

  project = var.project_id
  service = each.value
  # Others in the project may use it too.
  disable_on_destroy = false
}
