# The least that has to be said: a project, a region, and what was built. Everything else has a default.

variable "project_id" {
  description = "The project to deploy into."
  type        = string
}

variable "region" {
  description = "The region of everything."
  type        = string
  default     = "europe-west1"
}

variable "package_path" {
  description = "The zip that `npm run build` makes."
  type        = string
  default     = "../../../dist/dicom-courier.zip"
}

provider "google" {
  project = var.project_id
  region  = var.region
}

module "courier" {
  source = "../.."

  project_id   = var.project_id
  region       = var.region
  package_path = var.package_path
}

output "upload_to" {
  description = "Drop DICOM files here."
  value       = "gs://${module.courier.buckets.inbox}"
}

output "topics" {
  description = "Publish commands to, and read reports from."
  value       = module.courier.topics
}

output "grants_for_people" {
  description = "Which role to give to whom."
  value       = module.courier.grants_for_people
}

output "rights" {
  description = "What each function may do."
  value       = module.courier.rights
}
