"""The world outside, each part behind one verb: SMS, mail, blobs, PDF, upload check."""
