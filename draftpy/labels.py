"""The labels by which draftpy knows its own releases, pods and namespaces."""

MANAGED_BY = "draftpy"
LABEL_MANAGED_BY = "draftpy.io/managed-by"
LABEL_ENVIRONMENT = "draftpy.io/environment"
LABEL_BUILD_ID = "draftpy.io/build-id"
LABEL_COMMIT = "draftpy.io/git-commit"
LABEL_RELEASE_DIGEST = "draftpy.io/release-digest"
