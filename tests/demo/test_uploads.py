from __future__ import annotations

import pytest

from tui.demo.headless.uploads import LARGEST_FILE_BYTES


def _upload(ada, conversation, name, content):
    path = f"/conversations/{conversation}/upload"
    return ada.http.post(path, files={"file": (name, content)})


@pytest.fixture
def summary(visit):
    """Return the genie's reply about a file."""

    def ask(name: str, content: bytes) -> str:
        ada = visit()
        conversation = ada.begin()
        file_id = _upload(ada, conversation, name, content).json()["file_id"]
        turn = ada.ask("Summarise the file", conversation, file_id=file_id)
        return turn[-2].data["message"]

    return ask


def test_an_uploaded_text_file_is_summarized(summary):
    said = summary("notes.txt", b"first line\nsecond line\nthird")
    assert "**notes.txt**: 28 B, 3 lines" in said
    assert "~~~\nfirst line\nsecond line\nthird\n~~~" in said


def test_an_uploaded_csv_file_becomes_a_table(summary):
    said = summary("sales.csv", b'city,sum\nBath,"1|2"\n')
    assert "| city | sum |\n| --- | --- |\n| Bath | 1\\|2 |" in said


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.csv", b"", "file is empty"),
        ("blank.csv", b"\n\n", "2 lines"),
        ("photo.png", b"\x89PNG\0\0", "binary"),
        ("cut.txt", ("é" * 3000).encode(), "6.0 kB"),
        ("fence.md", b"~~~\ncode\n~~~\n", "~~~~~~\n~~~\ncode"),
        ("one.txt", b"x", "1 B, 1 line."),
    ],
)
def test_odd_files_are_uploaded(summary, name, content, expected):
    assert expected in summary(name, content)


def test_a_missing_file_is_requested(visit):
    assert "don't see a file" in visit().ask("Summarise the file")[1].data["message"]


def test_a_20_mb_upload_is_accepted_and_one_byte_more_is_413(visit):
    ada = visit()
    conversation = ada.begin()
    assert _upload(ada, conversation, "a.bin", b"x" * LARGEST_FILE_BYTES).status_code == 200
    answer = _upload(ada, conversation, "b.bin", b"x" * (LARGEST_FILE_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "payload_too_large"
    assert ada.server.log.of("upload")[0].summary == f"a.bin {LARGEST_FILE_BYTES}"


@pytest.mark.parametrize(
    "request_args",
    [
        {"json": {"file": "x"}},
        {"files": {"document": b"x"}},
        {"files": [("file", b"x"), ("file", b"y")]},
        {
            "content": b"--b\r\nbroken",
            "headers": {"Content-Type": "multipart/form-data; boundary=b"},
        },
        {"content": b"", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    ],
)
def test_an_upload_without_exactly_one_part_named_file_is_400(visit, request_args):
    ada = visit()
    answer = ada.http.post(f"/conversations/{ada.begin()}/upload", **request_args)
    assert answer.status_code == 400


def test_an_uploaded_file_belongs_to_its_conversation(visit):
    ada = visit()
    file_id = _upload(ada, ada.begin(), "a.txt", b"x").json()["file_id"]
    body = {"message": "read it", "file_id": file_id}
    assert ada.post(f"/conversations/{ada.begin()}/messages", body).status_code == 422


def test_an_empty_message_is_400_even_with_a_file(visit):
    ada = visit()
    conversation = ada.begin()
    file_id = _upload(ada, conversation, "a.txt", b"x").json()["file_id"]
    body = {"message": "", "file_id": file_id}
    assert ada.post(f"/conversations/{conversation}/messages", body).status_code == 400
