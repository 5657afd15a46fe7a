# What the functions send leaves through a network that leads to Google's APIs and nowhere else.

locals {
  # restricted.googleapis.com: the APIs that VPC Service Controls knows.
  restricted_range     = "199.36.153.4/30"
  restricted_addresses = ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]
  connector            = "projects/${var.project_id}/locations/${var.region}/connectors/${google_vpc_access_connector.this.name}"
}

resource "google_compute_network" "this" {
  project                         = var.project_id
  name                            = "dicom-courier"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true

  depends_on = [google_project_service.this]
}

resource "google_compute_subnetwork" "connector" {
  project                  = var.project_id
  region                   = var.region
  name                     = "dicom-courier-connector"
  network                  = google_compute_network.this.id
  ip_cidr_range            = var.connector_range
  private_ip_google_access = true
}

resource "google_vpc_access_connector" "this" {
  project       = var.project_id
  region        = var.region
  name          = "dicom-courier"
  machine_type  = "e2-standard-4"
  min_instances = 2
  max_instances = 4

  subnet {
    name = google_compute_subnetwork.connector.name
  }
}

# The only way out.
resource "google_compute_route" "restricted" {
  project          = var.project_id
  name             = "dicom-courier-restricted"
  network          = google_compute_network.this.id
  dest_range       = local.restricted_range
  next_hop_gateway = "default-internet-gateway"
}

resource "google_compute_firewall" "allow_google" {
  project            = var.project_id
  name               = "dicom-courier-allow-google"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = [local.restricted_range]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "deny_rest" {
  project            = var.project_id
  name               = "dicom-courier-deny-rest"
  network            = google_compute_network.this.id
  direction          = "EGRESS"
  priority           = 65000
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_dns_managed_zone" "googleapis" {
  project     = var.project_id
  name        = "dicom-courier-googleapis"
  description = "Sends every Google API to its restricted address."
  dns_name    = "googleapis.com."
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_dns_record_set" "address" {
  project      = var.project_id
  managed_zone = google_dns_managed_zone.googleapis.name
  name         = "restricted.googleapis.com."
  type         = "A"
  ttl          = 300
  rrdatas      = local.restricted_addresses
}

resource "google_dns_record_set" "names" {
  project      = var.project_id
  managed_zone = google_dns_managed_zone.googleapis.name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["restricted.googleapis.com."]
}
