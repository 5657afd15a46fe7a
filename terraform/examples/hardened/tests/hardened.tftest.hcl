mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project_id   = "acme-imaging"
  package_path = "../../tests/fixtures/package.zip"
  channels     = ["projects/acme-imaging/notificationChannels/1"]
}

run "exports_are_narrowed_to_one_prefix" {
  command = plan

  assert {
    condition = toset([for right in output.rights.export : right if strcontains(right, "-exports")]) == toset(concat(
      [
        for permission in ["create", "get", "list"] :
        "bucket acme-imaging-dicom-courier-exports where resource.name.startsWith(\"projects/_/buckets/acme-imaging-dicom-courier-exports/objects/approved/\"): storage.objects.${permission}"
      ],
      ["bucket acme-imaging-dicom-courier-exports: storage.objects.list"],
    ))
    error_message = "The export function may use its prefix alone; it lists the bucket so as to be told what is not there."
  }
}

run "the_network_leads_to_googles_apis_only" {
  command = plan

  assert {
    condition     = google_compute_network.this.delete_default_routes_on_create && google_compute_route.restricted.dest_range == "199.36.153.4/30"
    error_message = "The only route is to the restricted addresses."
  }

  assert {
    condition     = one(google_compute_firewall.deny_rest.deny).protocol == "all" && google_compute_firewall.deny_rest.destination_ranges == toset(["0.0.0.0/0"]) && google_compute_firewall.deny_rest.priority > google_compute_firewall.allow_google.priority
    error_message = "What is not Google's is refused."
  }
}
