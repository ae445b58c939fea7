"""Why things are as they are: `cluster.story("deployment/web")` tells it from the journal, as data and as text."""

from k8s_magic.cluster.story.story import Change, Step, Story
from k8s_magic.cluster.story.telling import story_of
from k8s_magic.cluster.story.text import text

__all__ = ["Change", "Step", "Story", "story_of", "text"]
