"""Copies blobs between two accounts with the Azure SDK for Python; prints a line for each thing that was done."""

import sys
import time
from datetime import datetime, timedelta, timezone

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError
from azure.storage.blob import BlobServiceClient, generate_blob_sas

golden, dev = (BlobServiceClient.from_connection_string(text) for text in sys.argv[1:3])
source = golden.create_container("images")
target = dev.create_container("seed", metadata={"stage": "dev"})
content = b"content of the golden account" * 100_000


def url_of(blob):
    expires = datetime.now(timezone.utc) + timedelta(hours=1)
    sas = generate_blob_sas(
        golden.account_name, "images", blob.blob_name,
        account_key=golden.credential.account_key, permission="r", expiry=expires,
    )
    return f"{blob.url}?{sas}"


orders = source.upload_blob("orders.bak", content, metadata={"origin": "golden"}, max_concurrency=2)
disk = source.get_blob_client("disk.vhd")
disk.create_page_blob(2048)
disk.upload_page(b"p" * 512, offset=512, length=512)
log = source.get_blob_client("log.txt")
log.create_append_blob()
log.append_block(b"line")
print("uploaded")

copy = target.get_blob_client("copy")
copy.start_copy_from_url(url_of(orders))
while copy.get_blob_properties().copy.status == "pending":
    time.sleep(0.05)
assert copy.get_blob_properties().copy.status == "success"
assert copy.download_blob().readall() == content
assert copy.get_blob_properties().metadata == {"origin": "golden"}
target.get_blob_client("sync").start_copy_from_url(url_of(orders), requires_sync=True)
target.get_blob_client("put").upload_blob_from_url(url_of(orders))
staged = target.get_blob_client("staged")
staged.stage_block_from_url("AAAA", url_of(orders), source_offset=0, source_length=1000)
staged.commit_block_list(["AAAA"])
pages = target.get_blob_client("disk.vhd")
pages.create_page_blob(2048)
pages.upload_pages_from_url(url_of(disk), offset=512, length=512, source_offset=512)
assert list(pages.list_page_ranges())[0].start == 512
lines = target.get_blob_client("log.txt")
lines.create_append_blob()
lines.append_block_from_url(url_of(log), source_offset=0, source_length=4)
assert lines.download_blob().readall() == b"line"
print("copied six ways")

backups = dev.create_container("backups")
backup = backups.get_blob_client("disk.vhd")
for letter in (b"p", b"q"):
    disk.upload_page(letter * 512, offset=1024, length=512)
    snapshot = golden.get_blob_client("images", "disk.vhd", snapshot=disk.create_snapshot()["snapshot"])
    sas = url_of(disk).split("?")[1]
    backup.start_copy_from_url(f"{snapshot.url}&{sas}", incremental_copy=True)
    while backup.get_blob_properties().copy.status == "pending":
        time.sleep(0.05)
    copied = backup.get_blob_properties().copy
    assert copied.status == "success" and copied.incremental_copy
    taken = [blob for blob in backups.list_blobs(include=["snapshots", "copy"]) if blob.snapshot][-1]
    copy_of = dev.get_blob_client("backups", "disk.vhd", snapshot=taken.snapshot)
    assert copy_of.download_blob().readall() == snapshot.download_blob().readall()
try:
    backup.download_blob()
    raise AssertionError("the base of incremental copies was read")
except HttpResponseError as error:
    assert error.error_code == "OperationNotAllowedOnIncrementalCopyBlob", error.error_code
backups.delete_container()
print("copied incrementally")

try:
    copy.abort_copy(copy.get_blob_properties().copy.id)
    raise AssertionError("nothing was pending")
except HttpResponseError as error:
    assert error.error_code == "NoPendingCopyOperation", error.error_code
try:
    copy.set_blob_metadata({}, etag='"0x0"', match_condition=MatchConditions.IfNotModified)
    raise AssertionError("the condition wasn't met")
except ResourceModifiedError as error:
    assert error.error_code == "ConditionNotMet", error.error_code
print("was refused what isn't allowed")

copy.set_blob_metadata({"owner": "me"})
copy.set_blob_tags({"a": "b"})
assert copy.get_blob_tags() == {"a": "b"}
copy.set_standard_blob_tier("Cool")
assert copy.get_blob_properties().blob_tier == "Cool"
copy.create_snapshot()
with_lease = copy.acquire_lease(-1)
with_lease.release()
print("set properties")

names = [blob.name for blob in target.list_blobs(include=["metadata", "copy", "snapshots", "tags"])]
assert len(names) == 7, names
assert [each.name for each in dev.list_containers(name_starts_with="seed")] == ["seed"]
assert [blob.name for blob in target.walk_blobs(delimiter=".")]
print("listed")
target.delete_blob("copy", delete_snapshots="include")
dev.delete_container("seed")
print("deleted")
