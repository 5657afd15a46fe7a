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

variable "channels" {
  description = "Notification channels for the alerts."
  type        = list(string)
}

variable "records_retention_days" {
  description = "How long nobody may change or delete audit, reports and holds. Also the least time that a hold lasts."
  type        = number
  default     = 365
}

variable "connector_range" {
  description = "An unused /28 for the VPC connector."
  type        = string
  default     = "10.8.0.0/28"
}
