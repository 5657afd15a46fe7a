terraform {
  # 1.11 is the first version whose tests can say what a provider would compute while it only plans.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}
