"""What starts functions besides HTTP: new blobs, queue messages and the clock."""
