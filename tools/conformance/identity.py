"""Reads and copies blobs by Microsoft Entra ID with the Azure SDK for Python; prints a line for each thing that was done."""

import os
import sys
import time
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError
from azure.identity import (
    CertificateCredential, DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential,
)
from azure.storage.blob import BlobServiceClient, generate_blob_sas

golden_url, dev_url, certificate, token_file, certified, federated = sys.argv[1:]
credential = DefaultAzureCredential(disable_instance_discovery=True)
golden, dev = (BlobServiceClient(url, credential, retry_total=0) for url in (golden_url, dev_url))
source = golden.get_blob_client("images", "orders.bak")
target = dev.get_container_client("seed")
assert source.download_blob().readall() == b"hello"
print("read as a service principal with a secret")

tenant = os.environ["AZURE_TENANT_ID"]
for name, other in {
    "service principal with a certificate": CertificateCredential(
        tenant, certified, certificate, disable_instance_discovery=True),
    "workload identity": WorkloadIdentityCredential(
        tenant_id=tenant, client_id=federated, token_file_path=token_file, disable_instance_discovery=True),
    "managed identity": ManagedIdentityCredential(),
}.items():
    assert BlobServiceClient(golden_url, other).get_blob_client("images", "orders.bak").exists()
    print(f"read as a {name}")

now = datetime.now(timezone.utc)
key = golden.get_user_delegation_key(now - timedelta(minutes=15), now + timedelta(hours=1))
sas = generate_blob_sas(
    "golden", "images", "orders.bak", user_delegation_key=key, permission="r", expiry=now + timedelta(minutes=30))
copy = target.get_blob_client("copy")
copy.start_copy_from_url(f"{source.url}?{sas}")
while copy.get_blob_properties().copy.status == "pending":
    time.sleep(0.05)
assert copy.download_blob().readall() == b"hello"
print("copied with a user delegation SAS")

bearer = f"Bearer {credential.get_token('https://storage.azure.com/.default').token}"
put = target.get_blob_client("put")
put.upload_blob_from_url(source.url, source_authorization=bearer)
put.stage_block_from_url("AAAA", source.url, source_offset=0, source_length=5, source_authorization=bearer)
put.commit_block_list(["AAAA"])
target.get_blob_client("sync").start_copy_from_url(source.url, requires_sync=True, source_authorization=bearer)
assert put.download_blob().readall() == b"hello"
print("copied with a bearer token for the source")

try:
    source.set_blob_metadata({})
    raise AssertionError("a reader wrote")
except HttpResponseError as error:
    assert error.error_code == "AuthorizationPermissionMismatch", error
print("refused what its role doesn't allow")
