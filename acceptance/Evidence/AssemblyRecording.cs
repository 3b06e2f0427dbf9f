using PlatformGitOps.Acceptance.Evidence;

[assembly: RecordEvidence]
