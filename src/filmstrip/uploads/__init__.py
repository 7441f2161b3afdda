"""Files that clients send us: where their bytes lie, how far each one is, who may go on with it, when it is forgotten.

Others use:

- `uploads.Uploads`: all of them
- `joining.PARTIAL`: what marks a part of another one
- `settings.UploadSettings`: limits
- `byte_store.ByteStore`: what a place for the bytes has to be able to do
"""
