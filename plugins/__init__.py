"""Every folder or file here is one feature; NoneBot loads each of them, and none imports another."""
