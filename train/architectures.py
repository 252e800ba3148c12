"""The networks by name."""

from bandgru import BandGru
from chandna import Chandna
from deepconvsep import DeepConvSep
from lordelo import Dense, Plain, ThreeWayDense, ThreeWayPlain
from mdensenet import MDenseNet
from modelfile import read_model

ARCHITECTURES = {net.ARCHITECTURE: net for net in (
    Chandna, BandGru, MDenseNet, DeepConvSep, Plain, ThreeWayPlain, Dense, ThreeWayDense)}


def read_network(path):
    return ARCHITECTURES[read_model(path)[1]["architecture"]].read(path)
