namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>A line of the matrix is looked at twice: in what would be delivered, and in a running cluster.</summary>
public enum RowHalf
{
    Rendered,
    Live,
}
