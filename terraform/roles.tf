locals {
  # Permissions that belong together, each set with the reason why no predefined role does. They are granted on single
  # resources only; being defined in the project gives nobody anything.
  roles = {
    instances_store = {
      title = "Store DICOM instances"
      # roles/healthcare.dicomEditor would also delete. Reading is needed to compare an instance that is already there.
      reason      = "The predefined DICOM editor may delete too."
      permissions = ["healthcare.dicomStores.dicomWebRead", "healthcare.dicomStores.dicomWebWrite"]
    }
    instances_read = {
      title       = "Read DICOM instances"
      reason      = "The predefined DICOM viewer also reads operations and lists stores."
      permissions = ["healthcare.dicomStores.dicomWebRead"]
    }
    instances_delete = {
      title       = "Find and delete DICOM instances"
      reason      = "The predefined roles that delete may write too."
      permissions = ["healthcare.dicomStores.dicomWebDelete", "healthcare.dicomStores.dicomWebRead"]
    }
    operations_read = {
      title = "Follow Healthcare operations"
      # Operations belong to the dataset; a role on the store does not show them.
      reason      = "The predefined dataset viewer also sees datasets and their stores."
      permissions = ["healthcare.operations.get", "healthcare.operations.list"]
    }
    objects_read = {
      title = "Read and list objects"
      # Cloud Storage may answer 403 for a missing object to whom it does not let list: absence is part of reading.
      reason      = "The predefined object viewer also sees folders."
      permissions = ["storage.objects.get", "storage.objects.list"]
    }
    objects_list = {
      title = "List objects"
      # A condition on the names of objects never holds for the bucket, which is what listing is asked of.
      reason      = "Every predefined role that lists reads as well."
      permissions = ["storage.objects.list"]
    }
    objects_create = {
      title       = "Create objects"
      reason      = "The predefined object creator also creates folders and XML multipart uploads."
      permissions = ["storage.objects.create"]
    }
    objects_replace = {
      title = "Replace objects"
      # Cloud Storage asks for delete when an object is overwritten, and for update only when its metadata are changed in place.
      reason      = "The predefined object user brings reading and folders with it."
      permissions = ["storage.objects.delete"]
    }
    objects_delete = {
      title       = "Delete objects"
      reason      = "No predefined role deletes and does nothing else."
      permissions = ["storage.objects.delete"]
    }
  }

  role_names = {
    for key, role in google_project_iam_custom_role.this : key => "projects/${var.project_id}/roles/${role.role_id}"
  }
  permissions_of = {
    for key, role in google_project_iam_custom_role.this : local.role_names[key] => sort(role.permissions)
  }
}

resource "google_project_iam_custom_role" "this" {
  for_each = local.roles

  project     = var.project_id
  role_id     = "${replace(var.name, "-", "_")}_${each.key}"
  title       = "${var.name}: ${each.value.title}"
  description = each.value.reason
  permissions = each.value.permissions
  stage       = "GA"

  depends_on = [google_project_service.this]
}
