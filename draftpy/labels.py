"""The labels by which draftpy knows its own releases, pods and namespaces."""

MANAGED_BY = "draftpy"
LABEL_MANAGED_BY = "draftpy.io/managed-by"
LABEL_ENVIRONMENT = "draftpy.io/environment"
LABEL_BUILD_ID = "draftpy.io/build-id"
LABEL_COMMIT = "draftpy.io/git-commit"
LABEL_RELEASE_DIGEST = "draftpy.io/release-digest"
# What of the folder a sync cannot bring into a running pod: equal base, no new image.
LABEL_BASE_ID = "draftpy.io/base-id"
