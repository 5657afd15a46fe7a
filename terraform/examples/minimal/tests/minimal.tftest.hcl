mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

run "a_project_and_what_was_built_are_enough" {
  command = plan

  variables {
    project_id   = "acme-imaging"
    package_path = "../../tests/fixtures/package.zip"
  }

  assert {
    condition     = output.upload_to == "gs://acme-imaging-dicom-courier-inbox"
    error_message = "The example tells where to upload to."
  }

  assert {
    condition     = join(",", keys(output.rights)) == "delete,export,ingest"
    error_message = "All three functions are deployed."
  }
}
